/** Documents of every kind in, graphs and findings out. */

import type { Json, JsonObject } from '../../lib/json';
import { canonicalize } from '../../lib/graph/canonicalize';
import { parseDocument } from '../../lib/graph/parse';
import { checkDocument, checkGraph } from '../../lib/graph/rules';
import { example, exampleNames, exampleText } from './examples';

const KINDS: Record<string, string> = {
	hydrated: 'hydrated',
	'workflow-answer': 'workflow',
	'not-hydrated': 'not_hydrated',
	version: 'version',
	'bundle-v2': 'bundle',
	'bundle-flat': 'bundle',
	'import-body': 'bundle',
	node: 'node',
	edge: 'edge',
	tool: 'tool',
	'llm-config': 'llm_config',
	'tool-bundle-import': 'tool_bundle',
	variable: 'variable',
	'super-node-detail': 'super_node',
	'super-node': 'node',
	'companion-and-waiting': 'hydrated',
	'llm-group': 'llm_config',
	tools: 'list',
	'run-input': 'run_input',
	'priority-edge': 'edge',
};

const empty = { node_configs: [], edge_configs: [] };

describe('every example of the format', () => {
	test('the table below names every example', () => {
		expect(Object.keys(KINDS).sort()).toEqual([...exampleNames].sort());
	});

	test.each(exampleNames)('1.1: %s is recognized, and only the one without its graph is refused', (name) => {
		const parsed = parseDocument(exampleText(name));
		expect(parsed.kind).toBe(KINDS[name]);
		expect(parsed.isBlocked).toBe(name === 'not-hydrated');
		expect(parsed.faults.filter(({ rule }) => rule !== 'R-01')).toEqual([]);
	});

	test.each(exampleNames)(
		'5.3.11: %s comes out of the canonical form equal, key order and nulls included',
		(name) => {
			const { text, document, isChanged } = canonicalize(exampleText(name));
			expect(isChanged).toBe(false);
			expect(JSON.stringify(document)).toBe(JSON.stringify(example(name)));
			expect(JSON.stringify(JSON.parse(text ?? ''), null, 2)).toBe(JSON.stringify(example(name), null, 2));
		},
	);

	test('5.3.7: graphs keep what they were read from, unchanged', () => {
		const document = example<JsonObject>('hydrated');
		const before = structuredClone(document);
		const { graph } = parseDocument(document);
		expect(graph?.raw).toBe(document);
		expect(document).toEqual(before);
	});

	test('the hydrated example breaks no rule, the waiting example only lets its loop end nowhere', () => {
		expect(checkDocument(parseDocument(exampleText('hydrated')))).toEqual([]);
		const rules = checkDocument(parseDocument(exampleText('companion-and-waiting'))).map(({ rule }) => rule);
		expect(rules).toEqual(['R-35', 'R-87']);
	});
});

describe('envelopes', () => {
	test('1.3: graphs lie one or two levels down, and the loop finds both', () => {
		for (const workflow_config of [empty, { workflow_config: { name: 'x' }, ...empty }]) {
			const { kind, graph } = parseDocument({ workflow: { _id: 'a', workflow_config } });
			expect(kind).toBe('workflow');
			expect(graph?.node_configs).toEqual([]);
		}
		expect(parseDocument({ workflow: empty }).graph).not.toBeNull();
		expect(parseDocument({ _id: 'a', name: 'n', workflow_config: empty }).name).toBe('n');
	});

	test('1.3: a null workflow_config is a workflow without nodes, name and description', () => {
		const parsed = parseDocument({ workflow: { _id: 'a', workflow_config: null } });
		expect(parsed.isBlocked).toBe(false);
		expect(parsed.graph?.node_configs).toEqual([]);
		expect(parsed.graph?.workflow_config.name).toBeNull();
		expect(parsed.graph?.workflow_config.description).toBeNull();
	});

	test('1.4: an export with ids only is refused and says how to export it', () => {
		const parsed = parseDocument(exampleText('not-hydrated'));
		expect(parsed.graph).toBeNull();
		expect(parsed.faults).toMatchObject([{ rule: 'R-01', path: '$.workflow.workflow_config' }]);
		expect(parsed.faults[0]?.advice).toContain('fully_hydrate=true');
	});

	test('R-01: a workflow without its graph never becomes an empty one', () => {
		const documents: Json[] = [
			{ workflow: { _id: 'a', name: 'x' } },
			{ workflow: { workflow_config: 'x' } },
			{},
			[],
			5,
			null,
			'x',
		];
		for (const document of documents) {
			const parsed = parseDocument(typeof document === 'string' ? '"x"' : document);
			expect(parsed.graph).toBeNull();
			expect(parsed.faults[0]?.rule).toBe('R-01');
		}
	});

	test('1.6: a version is active when both numbers match, and its graph is read either way', () => {
		const document = example<JsonObject>('version');
		const inactive = parseDocument(document);
		expect(inactive.activeVersion).toBe(0);
		expect(inactive.versions).toMatchObject([{ number: 1, name: 'Adds callback branch', isActive: false }]);
		expect(inactive.graph?.node_configs[0]?.logical_id).toBe('hi');
		expect(parseDocument({ ...document, parent_active_version: 1 }).versions[0]?.isActive).toBe(true);
	});

	test('1.6: config is read like workflow_config, which wins', () => {
		const named = (name: string) => ({ workflow_config: { name }, ...empty });
		expect(
			parseDocument({ version: { version_number: 2, config: named('old') } }).graph?.workflow_config.name,
		).toBe('old');
		const both = { version_number: 2, config: named('old'), workflow_config: named('new') };
		expect(parseDocument(both).graph?.workflow_config.name).toBe('new');
	});

	test('1.7: both layouts give the same graph, and the flat one is the active version', () => {
		const v2 = parseDocument(exampleText('bundle-v2'));
		const flat = parseDocument(exampleText('bundle-flat'));
		for (const { versions, activeVersion, graph } of [v2, flat]) {
			expect(versions).toMatchObject([{ number: 0, name: 'Initial Version', isActive: true }]);
			expect(activeVersion).toBe(0);
			expect(graph?.startNode?.logical_id).toBe('start');
		}
	});

	test('1.7: versions without a number count from the array index', () => {
		const { versions } = parseDocument({
			versions: [{ workflow_config: empty }, { workflow_config: empty }],
		});
		expect(versions.map(({ number }) => number)).toEqual([0, 1]);
	});

	test('1.7: the import body selects versions, renames, and names the active one', () => {
		const graph = (name: string) => ({ workflow_config: { name }, ...empty });
		const bundle = {
			versions: [0, 1, 2].map((n) => ({ version_number: n, workflow_config: graph(`v${n}`) })),
		};
		const parsed = parseDocument({
			bundle,
			versions_to_import: [1, 2],
			active_version_number: 2,
			workflow_name: 'Copy',
		});
		expect(parsed).toMatchObject({
			activeVersion: 2,
			name: 'Copy',
			selection: { versions: [1, 2], name: 'Copy' },
		});
		expect(parsed.graph?.workflow_config.name).toBe('v2');
		expect(parsed.versions[1]?.path).toBe('$.bundle.versions[1].workflow_config');
	});

	test('2.17, 1.8.7: run records and super nodes carry a graph', () => {
		const run = parseDocument({
			status: 'completed',
			workflow_config_fully_hydrated: { workflow_config: { name: 'r' }, ...empty },
		});
		expect(run).toMatchObject({ kind: 'run', name: 'r' });
		expect(parseDocument(exampleText('super-node-detail')).graph?.workflow_config.name).toBe(
			'Identity check',
		);
	});

	test('1.9: rows are read one by one, and an unknown row is no reason to refuse the others', () => {
		const rows: Json[] = [
			{ _id: 'a', workflow_config: empty },
			{ node: { node_config: { type: 'no_op' } } },
			{ x: 1 },
		];
		const parsed = parseDocument({ items: rows, total: 3 });
		expect(parsed.kind).toBe('list');
		expect(parsed.rows.map(({ kind }) => kind)).toEqual(['workflow', 'node', 'unknown']);
		expect(parsed.isBlocked).toBe(false);
		expect(parsed.warnings).toMatchObject([{ rule: 'R-01', path: '$.items[2]' }]);
	});

	test('1.10: an error answer is called one', () => {
		expect(parseDocument({ detail: [{ loc: [], msg: 'x' }] }).faults[0]?.message).toContain('error answer');
	});

	test('1.5: bare configs are told apart by their type', () => {
		const kinds = ['no_op', 'invented', 'direct', 'external_api', 'google_llm', 'llm_group'].map(
			(type) => parseDocument({ type }).kind,
		);
		expect(kinds).toEqual(['node', 'node', 'edge', 'tool', 'llm_config', 'llm_config']);
	});
});

describe('text that is not JSON', () => {
	test.each([
		['{"a": NaN}', 1, 7, 'NaN'],
		['{\n  "a": 1,\n}', 3, 1, 'comma'],
		["{'a': 1}", 1, 2, 'double quotes'],
		['{"a": True}', 1, 7, 'Python'],
		['{a: 1}', 1, 2, 'double quotes'],
		['// x\n{}', 1, 1, 'comments'],
		['{"a": 1', 1, 8, 'cut off'],
		['{"a": "x', 1, 9, 'cut off'],
		['<html>', 1, 1, 'HTML'],
		['{"a": "\n"}', 1, 8, '\\n'],
		['{"a": 1} x', 1, 10, 'missing'],
		['{"a" 1}', 1, 6, 'missing'],
		['[01]', 1, 3, 'missing'],
		['{"a": "\\x"}', 1, 8, 'backslash'],
		['', 1, 1, 'Paste'],
		['[}', 1, 2, 'brackets'],
		['```json\n{}\n```', 1, 1, 'fence'],
	])('R-00: %j is refused at line %i, column %i', (text, line, column, hint) => {
		const parsed = parseDocument(text);
		expect(parsed).toMatchObject({ kind: 'unknown', graph: null, isBlocked: true });
		expect(parsed.faults).toHaveLength(1);
		expect(parsed.faults[0]).toMatchObject({ rule: 'R-00', severity: 'error', path: '$' });
		expect(parsed.faults[0]?.message).toMatch(new RegExp(`line ${line}, column ${column}$`));
		expect(parsed.faults[0]?.advice).toContain(hint);
	});

	test('a key given twice is warned about with its line, whatever its escapes', () => {
		const text = '{"node_configs": [],\n "edge_configs": [], "x": {"a:{": 1, "a": 2,\n "\\u0061": 3}}';
		const { warnings, isBlocked } = parseDocument(text);
		expect(isBlocked).toBe(false);
		expect(warnings).toMatchObject([{ rule: 'R-00', severity: 'warning' }]);
		expect(warnings[0]?.message).toContain('"a" is given twice in one object (line 3)');
		expect(
			parseDocument('{"node_configs": [{"a": 1}, {"a": 2}], "a": "x: y"}').warnings.filter(
				({ rule }) => rule === 'R-00',
			),
		).toEqual([]);
	});

	test('a byte order mark is passed over', () => {
		expect(parseDocument(`\ufeff${exampleText('hydrated')}`).isBlocked).toBe(false);
	});
});

describe('limits', () => {
	const nodes = (count: number) =>
		Array.from({ length: count }, (_, index) => ({ type: 'no_op', logical_id: `n${index}` }));

	test('L-1: text over 8 MiB is refused, counted in bytes', () => {
		const note = 'é'.repeat(4 * 1024 * 1024);
		const parsed = parseDocument(JSON.stringify({ node_configs: [{ type: 'no_op', note }] }));
		expect(parsed.faults).toMatchObject([{ rule: 'L-1', message: 'the text is larger than 8 MiB' }]);
	});

	test('L-2: 5,000 nodes pass and 5,001 do not, embedded ones counted', () => {
		expect(parseDocument({ node_configs: nodes(5000) }).isBlocked).toBe(false);
		expect(parseDocument({ node_configs: nodes(5001) }).faults[0]?.rule).toBe('L-2');
		const placeholder = { type: 'super_node', encapsulated_workflow_config: { node_configs: nodes(3000) } };
		expect(parseDocument({ node_configs: [placeholder, ...nodes(2000)] }).faults[0]?.rule).toBe('L-2');
	});

	test('L-3: nesting stops at 200 levels, in text and in data', () => {
		const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
		expect(parseDocument(`{"node_configs": [], "x": ${nested(199)}}`).isBlocked).toBe(false);
		expect(parseDocument(`{"node_configs": [], "x": ${nested(200)}}`).faults[0]?.rule).toBe('L-3');
		const value = JSON.parse(`{"node_configs": [], "x": ${nested(200)}}`) as JsonObject;
		expect(parseDocument(value).faults[0]?.rule).toBe('L-3');
		const circle: JsonObject = { node_configs: [] };
		circle.self = circle;
		expect(parseDocument(circle).faults[0]?.rule).toMatch(/^L-[13]$/);
	});

	test('L-4: twenty graphs inside one another pass, and one more does not', () => {
		const embed = (depth: number): JsonObject =>
			depth === 0
				? { node_configs: [] }
				: { node_configs: [{ type: 'super_node', encapsulated_workflow_config: embed(depth - 1) }] };
		expect(parseDocument(embed(20)).isBlocked).toBe(false);
		expect(parseDocument(embed(21)).faults[0]?.rule).toBe('L-4');
	});

	test('limits can be set by the caller', () => {
		expect(parseDocument({ node_configs: nodes(3) }, { limits: { nodes: 2 } }).faults[0]?.rule).toBe('L-2');
	});
});

describe('what blocks an import', () => {
	test('R-02: a list that is no list is refused whole', () => {
		const parsed = parseDocument({ node_configs: { a: 1 }, edge_configs: [] });
		expect(parsed).toMatchObject({ isBlocked: true, graph: null });
		expect(parsed.faults).toMatchObject([{ rule: 'R-02', path: '$.node_configs' }]);
	});

	test('R-02: a null list is an error that is read as empty', () => {
		const parsed = parseDocument({ node_configs: null, edge_configs: [] });
		expect(parsed.isBlocked).toBe(false);
		expect(parsed.graph?.node_configs).toEqual([]);
		expect(parsed.faults).toMatchObject([{ rule: 'R-02', severity: 'error' }]);
	});

	test('R-04: one element that is no object refuses the import whole', () => {
		const parsed = parseDocument({ node_configs: [{ type: 'no_op' }, null, 'x'], edge_configs: [3] });
		expect(parsed).toMatchObject({ isBlocked: true, graph: null });
		expect(parsed.faults.map(({ path }) => path)).toEqual([
			'$.node_configs[1]',
			'$.node_configs[2]',
			'$.edge_configs[0]',
		]);
	});

	test('part 3: any other finding is reported and the graph is kept', () => {
		const parsed = parseDocument({
			node_configs: [{ type: 'no_op', name: 5, logical_id: 'a' }, { type: 'new_thing' }],
			edge_configs: [{}],
		});
		expect(parsed.isBlocked).toBe(false);
		expect(parsed.graph?.node_configs).toHaveLength(2);
		expect(parsed.faults.map(({ rule }) => rule)).toEqual(['R-09', 'R-05']);
		expect(parsed.warnings.map(({ rule }) => rule)).toEqual(['R-08']);
		expect(checkGraph(parsed.graph as NonNullable<typeof parsed.graph>).length).toBeGreaterThan(3);
	});
});
