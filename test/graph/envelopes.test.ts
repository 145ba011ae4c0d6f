/** Envelopes as they really come (part 1): what is around a graph never hides it, and is told with its place. */

import { checkDocument as checkText, graphIn } from '../../lib/assemble/graph-source';
import { selectVersions } from '../../lib/graph/bundle';
import { canonicalize } from '../../lib/graph/canonicalize';
import { parseDocument } from '../../lib/graph/parse';
import type { Json, JsonObject } from '../../lib/json';

const graph = (name: string, node: JsonObject = {}): JsonObject => ({
	workflow_config: { name },
	node_configs: [{ type: 'no_op', logical_id: 'a', is_start: true, ...node }],
	edge_configs: [],
});
const found = (document: Json) => checkText(document).faults.map(({ rule, path }) => `${rule} ${path}`);

describe('1.3: workflow documents', () => {
	test('a list of versions beside the graph makes no bundle of it', () => {
		for (const around of [{ name: 'x', status: 'active' }, { _id: 'w' }] as JsonObject[]) {
			const parsed = parseDocument({
				...around,
				workflow_config: graph('live'),
				versions: [{ version_number: 0 }],
			});
			expect(parsed).toMatchObject({ kind: 'workflow', isBlocked: false });
			expect(parsed.graph?.workflow_config.name).toBe('live');
		}
	});

	test('a null workflow_config beside a list of versions is a workflow without nodes', () => {
		const parsed = parseDocument({ _id: 'w', name: 'x', workflow_config: null, versions: [] });
		expect(parsed).toMatchObject({ kind: 'workflow', isBlocked: false, faults: [] });
	});

	test('1.5: the body that replaces a config is read, and places begin at config', () => {
		const body = { config: graph('x', { timeout: 1, name: 5 }) };
		expect(parseDocument(body)).toMatchObject({ kind: 'workflow', isBlocked: false });
		expect(found(body)).toEqual(['R-09 $.config.node_configs[0].name']);
		expect(parseDocument({ config: { name: 'bare' } }).graph?.node_configs).toEqual([]);
	});

	test('1.6: a version whose workflow_config is null is one without nodes', () => {
		const parsed = parseDocument({ version: { version_number: 0, workflow_config: null } });
		expect(parsed).toMatchObject({ kind: 'version', isBlocked: false });
		expect(parsed.graph?.node_configs).toEqual([]);
		expect(parseDocument({ version: { version_number: 0 } }).isBlocked).toBe(true);
	});

	test('1.8.7: the preview of an expansion carries a graph', () => {
		const preview = {
			workflow_id: 'w',
			version_number: 2,
			expanded_config: graph('whole'),
			super_node_origins: [],
		};
		expect(parseDocument(preview)).toMatchObject({ kind: 'super_node', activeVersion: 2, isBlocked: false });
		expect(parseDocument(preview).versions[0]?.path).toBe('$.expanded_config');
	});
});

describe('1.7: bundles', () => {
	test('the flat graph is the active one, also beside versions that hold theirs', () => {
		const versions = [{ version_number: 0, workflow_config: graph('old') }];
		const other = parseDocument({ ...graph('flat'), versions });
		expect(other.graph?.workflow_config.name).toBe('flat');
		expect(other.versions).toMatchObject([
			{ number: 0, isActive: false },
			{ number: 1, isActive: true },
		]);
		const same = parseDocument({ ...graph('old'), versions });
		expect(same.versions).toMatchObject([{ number: 0, isActive: true }]);
	});

	test('a flat graph that only repeats a version is respelled with it', () => {
		const loud = { node_configs: [{ type: 'NO_OP' }], edge_configs: [] };
		const document = { ...loud, versions: [{ version_number: 0, is_active: true, workflow_config: loud }] };
		expect(JSON.stringify(canonicalize(document).document)).not.toContain('NO_OP');
	});

	test('a missing number is the index, or the next that no other version has', () => {
		const numbers = (versions: JsonObject[]) =>
			parseDocument({
				versions: versions.map((one) => ({ ...one, workflow_config: graph('x') })),
			}).versions.map(({ number }) => number);
		expect(numbers([{}, {}])).toEqual([0, 1]);
		expect(numbers([{ version_number: 1 }, {}])).toEqual([1, 2]);
		expect(numbers([{ version_number: '4' }, { version_number: null }])).toEqual([4, 1]);
	});

	test('a number given twice is told and means the first of the two', () => {
		const versions = ['first', 'second'].map((name) => ({ version_number: 3, workflow_config: graph(name) }));
		expect(found({ versions })).toEqual(['1.7 $.versions[1].version_number']);
		const { versions: chosen } = selectVersions(parseDocument({ versions }), { versions: [3] });
		expect(chosen.map((version) => version.graph.workflow_config.name)).toEqual(['first']);
	});

	test('a version without its graph among others is told, and in the flat layout it is usual', () => {
		const versions: JsonObject[] = [
			{ version_number: 0 },
			{ version_number: 1, workflow_config: graph('x') },
		];
		expect(found({ versions })).toEqual(['1.7 $.versions[0]']);
		expect(found({ ...graph('x'), versions: [{ version_number: 0 }, { version_number: 1 }] })).toEqual([]);
	});

	test('R-83: an active version that the file does not hold is told, and another is shown', () => {
		const bundle = { versions: [{ workflow_config: graph('x') }, { workflow_config: graph('y') }] };
		for (const document of [
			{ ...bundle, active_version_number: 7 },
			{ bundle, active_version_number: 7 },
		] as JsonObject[]) {
			expect(found(document)).toEqual(['R-83 $.active_version_number']);
			expect(parseDocument(document).graph?.workflow_config.name).toBe('x');
		}
	});

	test('R-72: a body that imports code has to confirm it', () => {
		const bundle = {
			export_format: 1,
			tool_config: { type: 'inline_python', code: 'def f():\n    return 1' },
		};
		expect(found({ bundle })).toEqual(['R-72 $.confirm_executable']);
		expect(found({ bundle, confirm_executable: 'true' })).toEqual([]);
		expect(found({ bundle: { ...bundle, tool_config: { type: 'knowledge_base' } } })).toEqual([]);
	});
});

describe('1.8, 1.9: parts and lists', () => {
	test('a check judges standalone parts by the rules', () => {
		const argument = { argument_name: 'a', variable_path: 'x' };
		const tool = { type: 'inline_python', variable_arguments: [argument, argument] };
		expect(found({ tool: { tool_config: tool } })).toEqual(['R-59 $.tool.tool_config.variable_arguments[1]']);
		expect(found({ node: { node_config: { type: 'http_request', timeout: 999 } } })).toEqual([
			'R-24 $.node.node_config.timeout',
		]);
		const fork = { type: 'direct', companion_thread_config: { is_companion_thread: true } };
		expect(found({ edge: { edge_config: fork } })).toEqual([]);
	});

	test('rows are checked, with their own places in paths and sentences', () => {
		const rows: JsonObject[] = [
			{ _id: 'w', workflow_config: graph('x', { name: 5 }) },
			{ _id: 'w', workflow_config: graph('y', { type: 'http_request', timeout: 999 }) },
			{ _id: 't', tool_config: { type: 'external_api', api_body: '[' } },
		];
		const { faults } = checkText({ items: rows, total: 3 });
		expect(faults.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
			'R-09 $.items[0].workflow_config.node_configs[0].name',
			'R-24 $.items[1].workflow_config.node_configs[0].timeout',
			'R-70 $.items[2].tool_config.api_body',
		]);
		expect(faults[0]?.message).toMatch(/^\$\.items\[0\]\.workflow_config/);
	});

	test('a list of one workflow opens like the workflow', () => {
		const list = { items: [{ _id: 'w', workflow_config: graph('x') }], total: 1 };
		const opened = graphIn(list, { version: 'active', name: 'The document' });
		expect(opened.graph.workflow_config.name).toBe('x');
		expect(() => graphIn({ items: [], total: 0 }, { version: 'active', name: 'The document' })).toThrow(
			'holds no readable graph',
		);
	});

	test('an empty page is a list of nothing', () => {
		expect(found({ items: [], page: 1, size: 20 })).toEqual([]);
		expect(found({ data: [], total: 0 })).toEqual([]);
	});

	test('1.8.6: variables of a bulk body are variables', () => {
		const variables = [
			{ name: 'clinic', value: 'Elm' },
			{ name: 'now', value: '' },
			{ name: 'a', value: 5 },
		];
		expect(found({ variables })).toEqual(['R-81 $.variables[1].name', 'R-11 $.variables[2].value']);
		expect(found({ variable: { name: 'a', value: '', is_secret: null, description: null } })).toEqual([
			'R-03 $.variable.is_secret',
		]);
	});

	test('1.8.7, 4.6: access levels of libraries and templates', () => {
		const library = (access_level: Json) => ({
			node_library: { node_library_config: { name: 'x', access_level } },
		});
		expect(found(library('public'))).toEqual(['4.6 $.node_library.node_library_config.access_level']);
		expect(JSON.stringify(canonicalize(library('public')).document)).toContain('"team"');
		expect(found(library('everyone'))).toEqual(['R-10 $.node_library.node_library_config.access_level']);
		expect(found(library(null))).toEqual([]);
	});
});
