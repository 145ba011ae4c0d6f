/** `fmt` loses nothing: what a conversion cannot hold stays where it is (4.1, 5.3 rules 7 and 10). */

import { platformForm } from '../../lib/graph/additions';
import { canonicalize } from '../../lib/graph/canonicalize';
import { formatDocument } from '../../lib/graph/formatted';
import { parseDocument } from '../../lib/graph/parse';
import { findSecrets } from '../../lib/graph/secrets';
import type { Json, JsonObject } from '../../lib/json';

function wired(node: JsonObject): Json {
	const document = canonicalize({ node_configs: [node], edge_configs: [] }).document as JsonObject;
	expect(canonicalize(document).document).toEqual(document);
	return (document.node_configs as Json[])[0] ?? null;
}

const STAYS: Array<[string, JsonObject]> = [
	['tools with a note beside them', { type: 'say_llm', Tools: { tools: [], note: 'n' } }],
	['messages with a note', { type: 'say_static', Messages: { messages: ['a'], mode: 'random', note: 'n' } }],
	[
		'argument rows that say more',
		{ type: 'tool_node', 'Input Mapping': [{ variable: 'v', field: 'f', note: 'n' }] },
	],
	[
		'two rows for one argument',
		{
			type: 'tool_node',
			'Input Mapping': [
				{ variable: 'v', field: 'f' },
				{ variable: 'w', field: 'f' },
			],
		},
	],
	[
		'a header that is switched off',
		{ type: 'http_request', headers: [{ key: 'A', value: 'b', enabled: false }] },
	],
	['a header of three parts', { type: 'http_request', headers: [['A', 'b', 'c']] }],
	[
		'a mapping with two targets',
		{ type: 'http_request', response_mapping: { v: { target_variable_name: 'w', result_path: 'p' } } },
	],
	[
		'result mappings with two targets',
		{
			type: 'tool_node',
			tool_config: { type: 'inline_python', result_variable_mappings: { v: { target_variable_name: 'w' } } },
		},
	],
	['a provider beside a config that is none', { type: 'say_llm', 'LLM Provider': 'OpenAI', llms_config: 5 }],
];

test.each(STAYS)('5.3.7: %s', (_title, node) => {
	expect(wired(node)).toEqual(node);
});

test('4.6: the input rows of an interface keep a target they name twice', () => {
	const row = { name: 'f', map_to: 'dynamic_variable:x', mappings: [] };
	expect(wired({ type: 'super_node', super_node_interface: { field_values: [row] } })).toEqual({
		type: 'super_node',
		super_node_interface: { input_fields: [row] },
	});
});

test('4.6: the name of a saved model stays when its id becomes the reference', () => {
	const named = { named_llm_config_id: 'u', named_llm_config_name: 'Phone' };
	expect(wired({ type: 'say_llm', llms_config: named })).toEqual({
		type: 'say_llm',
		attachable_llm_config_id: 'u',
		llms_config: { type: 'global_default_llm', named_llm_config_name: 'Phone' },
	});
	expect(
		wired({ type: 'say_llm', attachable_llm_config_id: null, llms_config: { named_llm_config_id: 'u' } }),
	).toEqual({
		type: 'say_llm',
		attachable_llm_config_id: 'u',
	});
});

test('4.3: a provider label fills a type that is null', () => {
	const node = {
		type: 'say_llm',
		'LLM Provider': 'OpenAI',
		llms_config: { type: null, provider: null, model: 'm' },
	};
	expect(wired(node)).toEqual({
		type: 'say_llm',
		llms_config: { type: 'openai_llm', provider: 'openai', model: 'm' },
	});
});

test('4.6: a config inside an edge of an unknown type is not lifted', () => {
	const edge = { type: 'magic', config: { speed: 1 } };
	expect(canonicalize({ node_configs: [], edge_configs: [edge] })).toMatchObject({ isChanged: false });
});

test.each([
	['an object', '{"type":"no_op","config":1.0}'],
	['a body', '{"type":"http_request","body_parameters":1.0}'],
	['a prompt', '{"type":"say_llm","main_response_config":1.0,"prompt":2.0}'],
	['a version', '{"type":"no_op","version_number":3.0}'],
])('5.3.10: a number in the place of %s keeps its form and its place', (_title, node) => {
	const text = `{"node_configs":[${node}],"edge_configs":[]}`;
	expect(canonicalize(text).text?.replace(/\s/g, '')).toBe(text);
});

test('1.6, 5.3.10: version numbers with a decimal form still name their version', () => {
	const graph = (name: string) =>
		`{"workflow_config":{"name":"${name}"},"node_configs":[],"edge_configs":[],"x":2.50}`;
	const text = `{"versions":[{"version_number":1.0,"workflow_config":${graph('one')}},
		{"version_number":0.0,"workflow_config":${graph('zero')}}],"active_version_number":1.0}`;
	expect(canonicalize(text).faults).toEqual([]);
	const formatted = formatDocument(text, { platform: false, graph: true }).text ?? '';
	expect(JSON.parse(formatted)).toMatchObject({ workflow_config: { name: 'one' } });
	expect(formatted).toContain('2.50');
});

describe('1.2: secret_variables are never part of a file', () => {
	const document = { node_configs: [], edge_configs: [], secret_variables: { token: 'hush' }, other: 1 };

	test('they are dropped and told of, without their values', () => {
		const { document: wire, faults } = canonicalize(document);
		expect(wire).toEqual({ node_configs: [], edge_configs: [], other: 1 });
		expect(faults).toMatchObject([{ rule: '1.2', severity: 'warning', path: '$.secret_variables' }]);
		expect(JSON.stringify(faults)).not.toContain('hush');
		expect(parseDocument(document).warnings).toMatchObject([{ rule: '1.2' }]);
	});

	test('the form of the platform has none', () => {
		expect(platformForm(document)).toEqual({ node_configs: [], edge_configs: [], other: 1 });
	});
});

describe('4.4: the form of the platform, of what stands alone', () => {
	const alone = (document: Json) =>
		JSON.parse(formatDocument(document, { platform: true, graph: false }).text ?? '') as Json;

	test('an edge and a node move their additions too', () => {
		const edge = { type: 'conditional', logical_id: 'e', priority: 10, miscellaneous: {} };
		expect(alone(edge)).toEqual({ type: 'conditional', logical_id: 'e', miscellaneous: { priority: 10 } });
		expect(alone({ node: { node_config: { type: 'say_llm', max_turns: 2 } } })).toEqual({
			node: { node_config: { type: 'say_llm', miscellaneous: { max_turns: 2 } } },
		});
	});

	test('R-01: a document without a graph of its own says so', () => {
		const { text, faults } = formatDocument({ type: 'no_op' }, { platform: false, graph: true });
		expect(text).toBeNull();
		expect(faults).toMatchObject([{ rule: 'R-01', path: '$' }]);
	});
});

test('R-00: every key given twice is told, with its path', () => {
	const text = '{"node_configs": [{}, {"a:{": 1, "a:{": 2}],\n "x": {"y": [[], {"z": 1, "z": 2}]}, "x": 3}';
	expect(parseDocument(text).warnings.filter(({ rule }) => rule === 'R-00')).toMatchObject([
		{ path: '$.node_configs[1]["a:{"]' },
		{ path: '$.x.y[1].z' },
		{ path: '$.x', message: expect.stringContaining('line 2') },
	]);
});

test('R-01: JSON inside of a text is told to be that', () => {
	const { faults } = parseDocument(JSON.stringify(JSON.stringify({ node_configs: [] })));
	expect(faults).toMatchObject([{ rule: 'R-01', message: expect.stringContaining('holds JSON once more') }]);
});

test('2.16: secrets are found under their labels and behind flags given as words', () => {
	const paths = (document: Json) => findSecrets(document).map(({ path }) => path);
	expect(paths({ node_configs: [{ type: 'START_CONVERSATION', 'Bearer Token': 'b' }] })).toEqual([
		'node_configs.0.Bearer Token',
	]);
	expect(paths({ variable: { name: 'k', value: 'v', is_secret: 'true' } })).toEqual(['variable.value']);
});

test('4.3: a long label is cut in what is told of it', () => {
	const { warnings } = parseDocument({
		node_configs: [{ type: 'say_llm', [`Name${' '.repeat(5000)}`]: 'x' }],
	});
	expect(warnings.every(({ message, advice }) => message.length + advice.length < 300)).toBe(true);
});
