/** The checker of the house rules itself, on small trees made up to break one rule each. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { arrowFaults, loadingFaults } from './arrows';
import { addressFaults, nativeFaults, runtimeFolders } from './dependencies';
import { captionFaults, cycleFaults, lengthFaults, libFaults, machinePathFaults, nameFaults } from './form';
import { treeOf } from './source-tree';

const arrows = (path: string, text: string) =>
	arrowFaults(treeOf({ [path]: text }), { dependencies: ['zod', 'openai', '@anthropic-ai/sdk'] });

describe('arrows', () => {
	it.each([
		[
			'lib/graph/parse.ts',
			"import { evaluate } from '../value/evaluate';",
			'room graph may not import room value',
		],
		[
			'lib/engine/turn.ts',
			"import { openStore } from '../store/open';",
			'room engine may not import room store',
		],
		['lib/errors.ts', "import { parse } from './graph/parse';", 'room errors may not import room graph'],
		[
			'lib/behavior/no-op.ts',
			"import { choose } from '../edge/choose';",
			'room behavior may not import room edge',
		],
		[
			'lib/behavior/no-op.ts',
			"import { Pick } from '../edge/contract';",
			'room behavior may not import room edge',
		],
		['lib/convert/dot.ts', "export * from '../run/drive';", 'room convert may not import room run'],
		['lib/tool/mcp.ts', "const a = await import('../llm/registry');", 'room tool may not import room llm'],
		['lib/tool/mcp.ts', "const a = require('../llm/registry');", 'room tool may not import room llm'],
		['lib/attic/box.ts', "import { a } from '../graph/graph';", 'room attic is not on the ladder'],
		['lib/run/drive.ts', "import { x } from 'n8n-workflow';", 'lib knows nothing of n8n'],
		['lib/run/drive.ts', "import type { x } from '@n8n/ai-node-sdk';", 'lib knows nothing of n8n'],
		['lib/run/drive.ts', "import fs from 'fs';", 'write node:fs'],
		['lib/graph/graph.ts', "import chalk from 'chalk';", 'chalk is not among the dependencies'],
		[
			'lib/graph/graph.ts',
			"import { a } from '../../test/house/form';",
			'lib may not import test/house/form',
		],
		[
			'nodes/A/A.node.ts',
			"import { parse } from '../../lib/graph/parse';",
			'a file of nodes may import only',
		],
		['nodes/A/A.node.ts', "import lodash from 'lodash';", 'nodes may import n8n-workflow'],
		['credentials/A.credentials.ts', "import { host } from '../nodes/host';", 'a credential may import only'],
		[
			'credentials/A.credentials.ts',
			"import { readFileSync } from 'node:fs';",
			'credentials may import n8n-workflow',
		],
	])('%s with %s is refused', (path, text, fault) => {
		expect(arrows(path, `\n${text}\n`)).toEqual([expect.stringContaining(`${path}:2: ${fault}`)]);
	});

	it.each([
		['lib/engine/turn.ts', "import { choose } from '../edge/choose';"],
		['lib/graph/parse.ts', "import { z } from 'zod';\nimport type { Json } from '../json';"],
		['lib/behavior/no-op.ts', "import type { Pick } from '../edge/contract';"],
		['lib/behavior/no-op.ts', "import { type Pick, type Exit } from '../edge/contract';"],
		['lib/llm/openai.ts', "import type OpenAI from 'openai';\nconst f = () => import('openai');"],
		['lib/cli/main.ts', "import { readFileSync } from 'node:fs';"],
		[
			'nodes/A/A.node.ts',
			"import { a } from '../../lib';\nimport { b } from '../host';\nimport { c } from 'n8n-workflow';",
		],
	])('%s with %s is fine', (path, text) => {
		expect(arrows(path, text)).toEqual([]);
	});
});

describe('loading', () => {
	it('a heavy package reached from an entry point by static imports is found, with the way to it', () => {
		const tree = treeOf({
			'lib/index.ts': "export { open } from './store/open';",
			'lib/store/open.ts': "import { sql } from './sql';\nconst file = () => import('./sqlite');",
			'lib/store/sql.ts': "import { a } from '@anthropic-ai/sdk/core';\nimport type OpenAI from 'openai';",
			'lib/store/sqlite.ts': "import { Kysely } from 'kysely';",
		});
		expect(loadingFaults(tree, ['lib/index.ts'])).toEqual([
			'lib/store/sql.ts:1: @anthropic-ai/sdk/core loads at start-up, by way of lib/index.ts → lib/store/open.ts → lib/store/sql.ts',
		]);
	});
});

describe('form', () => {
	it('a file without a caption is refused, one with a caption below a #! line is fine', () => {
		const texts = {
			'lib/a.ts': "import { b } from './b';\n",
			'lib/b.ts': '/**\n * Two lines.\n */\n',
			'lib/c.ts': '/** No full stop */\n',
			'lib/d.ts': '/** A caption. */\n',
			'lib/e.ts': '#!/usr/bin/env node\n/** A caption. */\n',
		};
		expect(captionFaults(treeOf(texts)).map((fault) => fault.split(':')[0])).toEqual([
			'lib/a.ts',
			'lib/b.ts',
			'lib/c.ts',
		]);
	});

	it('300 lines pass, 301 do not', () => {
		const tree = treeOf({ 'lib/a.ts': 'x;\n'.repeat(300), 'lib/b.ts': 'x;\n'.repeat(301) });
		expect(lengthFaults(tree)).toEqual([expect.stringContaining('lib/b.ts: 301 lines')]);
	});

	it('a cycle is found once, and types alone make none', () => {
		const cycle = {
			'lib/a.ts': "import { b } from './b';",
			'lib/b.ts': "import { c } from './c';",
			'lib/c.ts': "import { a } from './a';",
			'lib/d.ts': "import type { e } from './e';",
			'lib/e.ts': "import type { d } from './d';",
		};
		expect(cycleFaults(treeOf(cycle))).toEqual(['import cycle: lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts']);
	});

	it('rooms for leftovers are refused at any depth', () => {
		const paths = [
			'lib/utils/x.ts',
			'lib/graph/helpers.ts',
			'nodes/shared/a.ts',
			'lib/common.ts',
			'lib/graph/sharedness.ts',
		];
		expect(nameFaults(paths)).toHaveLength(4);
	});

	it('default exports and other spellings than kebab-case are refused in lib', () => {
		const faults = libFaults(
			treeOf({ 'lib/graph/parseGraph.ts': 'export const a = 1;', 'lib/a.ts': 'export default 1;' }),
		);
		expect(faults).toHaveLength(2);
	});

	it('paths of one machine are found', () => {
		const home = ['', 'root', 'project'].join('/');
		expect(machinePathFaults({ 'a.md': `see ${home}`, 'b.md': 'see docs/root/flow.md' })).toHaveLength(1);
	});
});

describe('dependencies', () => {
	const project = mkdtempSync(join(tmpdir(), 'house-'));
	afterAll(() => rmSync(project, { recursive: true }));

	const write = (path: string, text: string) => {
		mkdirSync(dirname(join(project, path)), { recursive: true });
		writeFileSync(join(project, path), text);
	};

	it('native parts and install scripts of runtime packages are found, those of tools are not', () => {
		write('node_modules/compiled/binding.gyp', '{}');
		write('node_modules/prebuilt/build/Release/addon.node', '');
		write('node_modules/scripted/package.json', '{"scripts":{"postinstall":"node get.js"}}');
		write('node_modules/noticed/package.json', '{"scripts":{"postinstall":"node notice.js"}}');
		write('node_modules/plain/package.json', '{"scripts":{"test":"jest"}}');
		write('node_modules/tool/binding.gyp', '{}');
		const lock = {
			packages: {
				'': {},
				'node_modules/compiled': {},
				'node_modules/prebuilt': {},
				'node_modules/scripted': {},
				'node_modules/noticed': { hasInstallScript: true },
				'node_modules/plain': {},
				'node_modules/tool': { dev: true },
			},
		};
		expect(runtimeFolders(lock)).toHaveLength(5);
		expect(nativeFaults({ project, lock, harmless: { noticed: 'prints' } })).toEqual([
			'compiled carries binding.gyp',
			'prebuilt carries build/Release/addon.node',
			'scripted runs a script when it is installed',
		]);
	});

	it('download addresses in a lock file are found', () => {
		expect(
			addressFaults({ packages: { 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } } }),
		).toHaveLength(1);
	});
});
