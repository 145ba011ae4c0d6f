/** check, fmt, diff and draw: what they print, what they write, and the exit codes. */

import {
	chmodSync,
	lstatSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLE_NAMES } from '../../lib/cli/providers';
import type { GraphDiff } from '../../lib/convert/diff';
import type { JsonObject } from '../../lib/json';
import { COMMANDS } from '../../lib/run/commands';
import { clinic, edited, withNewIds } from '../convert/graphs';
import { interactly } from './session';

const folder = mkdtempSync(join(tmpdir(), 'interactly-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown) => {
	const path = join(folder, name);
	writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
	return path;
};
const good = file('good.json', clinic());
const changed = file('changed.json', edited(clinic(), ['node_configs', 0, 'name'], 'Hello'));
const broken = file(
	'broken.json',
	edited(clinic(), ['edge_configs', 1, 'condition'], { condition_expression: '((' }),
);
const noGraph = file('no-graph.json', {});

describe('the command line', () => {
	it('explains itself and each command, with exit code 0', async () => {
		const help = await interactly(['--help']);
		expect(help.code).toBe(0);
		for (const command of ['check', 'fmt', 'diff', 'draw', 'chat']) {
			expect(help.out).toContain(`  ${command} `);
			expect((await interactly([command, '--help'])).out).toContain(`Usage: interactly ${command}`);
		}
	});

	it('names every variable it reads, every command of a turn, and no default that says nothing', async () => {
		const { out } = await interactly(['chat', '--help']);
		for (const name of [...VARIABLE_NAMES, ...COMMANDS, 'pump'])
			expect(out).toMatch(new RegExp(`\\b${name}\\b`));
		for (const command of ['check', 'fmt', 'diff', 'draw', 'chat']) {
			const help = await interactly([command, '--help']);
			expect(help.out).not.toMatch(/default: (?:false|true|\[\])/);
			expect(Math.max(...help.out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
		}
	});

	it('knows its version', async () => {
		const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
			version: string;
		};
		expect((await interactly(['--version'])).out).toBe(`${version}\n`);
	});

	it.each([
		[['chek', 'a.json'], 'unknown command'],
		[['check'], 'missing required argument'],
		[['draw', good, '--format', 'gif'], 'svg, png, mermaid'],
		[['check', join(folder, 'nowhere.json')], 'FILE_UNREADABLE'],
		[['check', folder], 'it is a folder'],
		[['diff', good, broken, '--version-b', '7'], 'VERSION_UNKNOWN'],
		[['diff', good, broken, '--version-a', 'two'], 'a whole number'],
		[['draw', noGraph], '"interactly check" lists every fault'],
		[['fmt', '-', '--write'], 'FILE_MISSING'],
		[['draw', good, '--path', 'nobody'], 'NODE_UNKNOWN'],
		[['draw', good, '-o', join(folder, 'nowhere/graph.svg')], 'its folder does not exist'],
		[['draw', good, '-o', folder], 'FILE_UNWRITABLE'],
		[['chat'], 'GRAPH_MISSING'],
		[['chat', '--run', 'workflow_run_1'], 'STORE_MISSING'],
		[['chat', '-', '--json'], 'INPUT_TAKEN'],
		[['chat', '-', '--script', '-'], 'INPUT_TAKEN'],
		[['chat', good, '--model', 'someone/something'], 'MODEL_UNKNOWN'],
	])('%j is refused with exit code 2 and %s', async (args, complaint) => {
		const session = await interactly(args);
		expect(session.code).toBe(2);
		expect(session.err).toContain(complaint);
		expect(session.out).toBe('');
	});
});

describe('files as they come', () => {
	const bytes = (name: string, content: Buffer) => {
		const path = join(folder, name);
		writeFileSync(path, content);
		return path;
	};
	const text = JSON.stringify(clinic());

	it('a byte order mark and UTF-16, as Windows writes them, are read', async () => {
		const marked = bytes('mark.json', Buffer.from(`\ufeff${text}`));
		const little = bytes('little.json', Buffer.from(`\ufeff${text}`, 'utf16le'));
		const big = bytes('big.json', Buffer.from(`\ufeff${text}`, 'utf16le').swap16());
		for (const path of [marked, little, big]) {
			const session = await interactly(['check', path]);
			expect(session.out).toContain('3 nodes, 2 edges');
			expect(session.code).toBe(0);
		}
	});

	it('bytes that are no text are refused, so that fmt never writes over them', async () => {
		const latin = bytes('latin.json', Buffer.from('{"node_configs": [], "x": "caf\u00e9"}', 'latin1'));
		const before = readFileSync(latin);
		for (const args of [['check'], ['fmt', '--write']]) {
			const session = await interactly([...args, latin]);
			expect(session.code).toBe(2);
			expect(session.err).toMatch(/FILE_UNREADABLE: .*not UTF-8 text[\s\S]*→ Save the file as UTF-8/);
		}
		expect(readFileSync(latin)).toEqual(before);
	});

	it('a file that cannot be read does not keep the others from being checked', async () => {
		const missing = join(folder, 'missing.json');
		const session = await interactly(['check', good, missing, broken]);
		expect(session.code).toBe(2);
		expect(session.err).toContain('FILE_UNREADABLE');
		expect(session.out).toContain('good.json');
		expect(session.out).toContain('broken.json');
		const json = await interactly(['check', missing, good, '--json']);
		expect((JSON.parse(json.out) as { files: unknown[] }).files).toHaveLength(1);
	});
});

describe('check', () => {
	it('exit code 0 without errors, and the counts', async () => {
		const session = await interactly(['check', good]);
		expect(session.code).toBe(0);
		expect(session.out).toContain('3 nodes, 2 edges');
	});

	it('R-32: a condition that cannot be parsed: rule, place, advice and exit code 1', async () => {
		const session = await interactly(['check', broken]);
		expect(session.code).toBe(1);
		expect(session.out).toMatch(/error {3}R-32 at \$\.edge_configs\[1\]\.condition/);
		expect(session.out).toContain('→ ');
	});

	it('--json: one document for all files, each finding once', async () => {
		const session = await interactly(['check', '--json', good, broken]);
		const report = JSON.parse(session.out) as {
			files: Array<{ faults: JsonObject[]; errors: number }>;
			errors: number;
		};
		expect(session.code).toBe(1);
		expect(report.files.map(({ errors }) => errors)).toEqual([0, 1]);
		expect(report.errors).toBe(1);
		for (const { faults } of report.files) {
			expect(new Set(faults.map((fault) => JSON.stringify(fault))).size).toBe(faults.length);
		}
		expect(report.files[1]?.faults).toContainEqual(
			expect.objectContaining({ rule: 'R-32', severity: 'error' }),
		);
	});

	it('R-00: text that is not JSON, from standard input', async () => {
		const session = await interactly(['check', '-'], { input: '{"node_configs": [' });
		expect(session.code).toBe(1);
		expect(session.out).toContain('standard input');
		expect(session.out).toContain('R-00');
	});
});

describe('fmt', () => {
	const seed = {
		workflow: {
			_id: '66b3f0a2c1d2e3f4a5b6c7d8',
			workflow_config: {
				workflow_config: { name: 'Line' },
				node_configs: [{ type: 'SAY_LLM', Name: 'Ask', 'System Prompt': 'Ask.', is_start: true }],
				edge_configs: [],
			},
		},
	};
	const wire = { type: 'say_llm', name: 'Ask', main_response_config: { prompt: 'Ask.' }, is_start: true };

	it('4.2, 4.3: seed spellings become wire names, the envelope stays', async () => {
		const session = await interactly(['fmt', '-'], { input: JSON.stringify(seed) });
		const result = JSON.parse(session.out) as typeof seed;
		expect(session.code).toBe(0);
		expect(result.workflow._id).toBe(seed.workflow._id);
		expect(result.workflow.workflow_config.node_configs).toEqual([wire]);
		expect(session.err).toContain('$.workflow.workflow_config.node_configs[0].type');
	});

	it('--graph: the graph alone', async () => {
		const session = await interactly(['fmt', '-', '--graph'], { input: JSON.stringify(seed) });
		expect(JSON.parse(session.out)).toEqual({ ...seed.workflow.workflow_config, node_configs: [wire] });
	});

	it('5.3: keys, order, nulls and the way numbers are written stay', async () => {
		const text =
			'{\n  "node_configs": [],\n  "later": {\n    "b": null,\n    "a": 1.0,\n    "id": 12345678901234567890\n  },\n  "edge_configs": []\n}\n';
		expect((await interactly(['fmt', '-'], { input: text })).out).toBe(text);
	});

	it('4.4: --platform moves additions into miscellaneous, numbers as they are written', async () => {
		const edge = '{"type":"conditional","logical_id":"e","priority":10,"miscellaneous":{"weight":1.50}}';
		const session = await interactly(['fmt', '-', '--platform'], {
			input: `{"node_configs":[],"edge_configs":[${edge}]}`,
		});
		const [moved] = (JSON.parse(session.out) as { edge_configs: JsonObject[] }).edge_configs;
		expect(moved).toEqual({
			type: 'conditional',
			logical_id: 'e',
			miscellaneous: { weight: 1.5, priority: 10 },
		});
		expect(session.out).toContain('1.50');
	});

	it('--write changes the file, and a second time leaves it alone', async () => {
		const path = file('seed.json', seed);
		expect((await interactly(['fmt', path, '--write'])).err).toContain('written');
		const first = readFileSync(path, 'utf8');
		expect(JSON.parse(first)).toMatchObject({ workflow: { workflow_config: { node_configs: [wire] } } });
		expect((await interactly(['fmt', path, '--write'])).err).toContain('canonical already');
		expect(readFileSync(path, 'utf8')).toBe(first);
	});

	it('--write goes through a link, leaves the rights of the file, and touches no file beside it', async () => {
		const path = file('private.json', seed);
		chmodSync(path, 0o600);
		const link = join(folder, 'link.json');
		symlinkSync(path, link);
		file('private.json.tmp', 'of somebody else');
		expect((await interactly(['fmt', link, '--write'])).code).toBe(0);
		expect(lstatSync(link).isSymbolicLink()).toBe(true);
		expect(readFileSync(path, 'utf8')).toContain('\n');
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(readFileSync(join(folder, 'private.json.tmp'), 'utf8')).toBe('of somebody else');
		expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual(['private.json.tmp']);
	});

	it('a document without a graph is refused with exit code 1, and nothing is printed', async () => {
		const session = await interactly(['fmt', '-'], { input: '{"hello": 1}' });
		expect(session.code).toBe(1);
		expect(session.out).toBe('');
		expect(session.err).toContain('R-01');
	});
});

describe('diff', () => {
	it('exit code 0 and one sentence when only ids, order and spelling differ', async () => {
		const other = file('other.json', withNewIds(clinic()));
		expect(await interactly(['diff', good, other])).toMatchObject({ code: 0, out: 'No differences.\n' });
	});

	it('exit code 1 and the changes, by node, with a summary', async () => {
		const session = await interactly(['diff', good, changed]);
		expect(session.code).toBe(1);
		expect(session.out).toBe(
			'Nodes\n  ~ "Hello" (say_llm) [greet]\n      name: "Greeting" → "Hello"\n\n1 node changed\n',
		);
	});

	it('of long texts the part that differs is shown', async () => {
		const long = `${'word '.repeat(60)}end`;
		const [a, b] = ['old', 'new'].map((word) =>
			file(
				`${word}.json`,
				edited(clinic(), ['node_configs', 0, 'main_response_config', 'prompt'], `${long} ${word} ${long}`),
			),
		);
		const { out } = await interactly(['diff', a ?? '', b ?? '']);
		expect(out).toContain('end old word');
		expect(out).toContain('end new word');
		expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(220);
	});

	it('1.6: --json is the comparison of the API', async () => {
		const { out } = await interactly(['diff', good, changed, '--json']);
		const report = JSON.parse(out) as GraphDiff;
		expect(report.nodes).toEqual([
			{
				logical_id: 'greet',
				name: 'Hello',
				node_type: 'say_llm',
				status: 'modified',
				changes: [{ path: 'name', old_value: 'Greeting', new_value: 'Hello' }],
			},
		]);
		expect(report).not.toHaveProperty('patch');
	});

	it('1.7: versions of one bundle', async () => {
		const versions = [clinic(), edited(clinic(), ['node_configs', 0, 'name'], 'Hi')].map((graph, index) => ({
			version_number: index,
			workflow_config: graph,
		}));
		const bundle = file('bundle.json', { versions });
		const session = await interactly(['diff', bundle, bundle, '--version-a', '0', '--version-b', '1']);
		expect(session.out).toContain('"Greeting" → "Hi"');
	});
});

describe('draw', () => {
	it('SVG on standard output by default', async () => {
		const session = await interactly(['draw', good]);
		expect(session.code).toBe(0);
		expect(session.out).toMatch(/^<svg [^]*<\/svg>\n$/);
	});

	it('the format follows the name of the output file', async () => {
		for (const [name, start] of [
			['graph.png', '\u0089PNG'],
			['graph.svg', '<svg'],
			['graph.mmd', '---\n'],
		] as const) {
			const path = join(folder, name);
			expect((await interactly(['draw', good, '-o', path])).err).toContain('3 nodes, 2 edges');
			expect(readFileSync(path, 'latin1').startsWith(start)).toBe(true);
		}
	});

	it('PNG goes into a pipe, not onto a screen', async () => {
		const piped = await interactly(['draw', good, '--format', 'png']);
		expect(piped.bytes.subarray(1, 4).toString()).toBe('PNG');
		const shown = await interactly(['draw', good, '--format', 'png'], { isScreen: true });
		expect(shown).toMatchObject({ code: 2, out: '' });
	});

	it('--path takes ids and names, and marks the edges between them', async () => {
		const { out } = await interactly(['draw', good, '--format', 'mermaid', '--path', 'greet, Triage']);
		expect(out).toContain('visit 2');
		expect(out).toContain('linkStyle 0 stroke:#d9480f');
	});

	it('a graph that cannot be read: exit code 2, the fault and the way to all of them', async () => {
		const session = await interactly(['draw', '-'], {
			input: '{"workflow": {"_id": "1", "workflow_config": {"nodes": ["a"]}}}',
		});
		expect(session.code).toBe(2);
		expect(session.err).toContain('not hydrated');
		expect(session.err).toContain('interactly check');
	});
});
