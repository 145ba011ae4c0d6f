/** An old Node is told in one sentence; nothing that it could not load is loaded before. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { oldNodeSentence } from '../../lib/cli/node-version';
import { treeOf } from '../house/source-tree';

it.each(['20.20.2', '22.15.1', '18.0.0', '0.12.0'])('Node %s is refused in one sentence', (version) => {
	expect(oldNodeSentence(version)).toMatch(
		/^interactly needs Node 22\.16 or newer, and this is Node [\d.]+: [^.]+\.$/,
	);
});

it.each(['22.16.0', '22.22.0', '23.1.0', '24.21.0', '100.0.0'])('Node %s will do', (version) => {
	expect(oldNodeSentence(version)).toBeNull();
});

it('the main file loads nothing but the check of the version by itself', () => {
	const path = 'lib/cli/main.ts';
	const [main] = treeOf({ [path]: readFileSync(join(__dirname, '../..', path), 'utf8') });
	expect(main?.imports.filter(({ kind }) => kind === 'static').map(({ specifier }) => specifier)).toEqual([
		'./node-version',
	]);
	expect(main?.text.startsWith('#!/usr/bin/env node\n')).toBe(true);
});
