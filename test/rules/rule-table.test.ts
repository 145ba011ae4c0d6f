/** Every rule of runtime behavior is held by a test that cites it, or says why it is not. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Found {
	rules: Record<string, { title: string; tag: string; see?: string[]; untested?: string }>;
	tests: Map<string, Array<{ file: string; title: string }>>;
	unknown: string[];
}

const { collect, render, isOpen, tableFile } = require('../../scripts/rule-table.js') as {
	collect(): Found;
	render(found: Found): string;
	isOpen(rule: string, found: Found): boolean;
	tableFile: string;
};

const found = collect();

test('every rule is cited by a test, points to one that is, or says why not', () => {
	expect(Object.keys(found.rules).filter((rule) => isOpen(rule, found))).toEqual([]);
});

test('a rule that is tested gives no reason for being untested', () => {
	const excused = Object.entries(found.rules).filter(
		([rule, { untested }]) => untested !== undefined && found.tests.get(rule)?.length !== 0,
	);
	expect(excused.map(([rule]) => rule)).toEqual([]);
});

test('no test cites a rule that does not exist', () => {
	expect(found.unknown).toEqual([]);
});

test('docs/rules.md is up to date; `node scripts/rule-table.js` writes it', () => {
	expect(readFileSync(join(__dirname, '../..', tableFile), 'utf8')).toBe(render(found));
});
