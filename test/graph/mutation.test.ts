/** Valid exports with one thing wrong: nothing throws, nothing is lost, every fault has its place and leaks nothing. */

import fc from 'fast-check';
import { checkDocument, graphIn } from '../../lib/assemble/graph-source';
import { diffGraphs, isEmptyDiff } from '../../lib/convert/diff';
import { mermaidText } from '../../lib/convert/mermaid';
import { InteractlyError } from '../../lib/errors';
import { canonicalize } from '../../lib/graph/canonicalize';
import { expandSuperNodes } from '../../lib/graph/expand';
import type { Fault } from '../../lib/graph/fault';
import { formatDocument } from '../../lib/graph/formatted';
import { parseDocument } from '../../lib/graph/parse';
import { extractSecrets, restoreSecrets } from '../../lib/graph/secrets';
import { dynamicVariablesOf } from '../../lib/graph/variables';
import { isJsonObject, type Json, type JsonObject } from '../../lib/json';
import { example, exampleNames } from './examples';
import { backchannel, conditional, edge, group, hydrated, model, node, tool } from './full-export';

let marks = 0;
/** Texts that no fault may repeat: prompts, secrets, notes, values. */
const hidden = (word: string) => `HIDDEN-${word}-${marks++}`;

const inner = hydrated(
	[
		node('say_llm', {
			logical_id: 'hello',
			is_start: true,
			main_response_config: { prompt: hidden('prompt') },
		}),
		node('say_static', { static_messages_config: { static_messages: [hidden('said')] } }),
	],
	[conditional('hello', 'say_static')],
	{ llms_config: model('google_llm', { api_key: hidden('key') }) },
);

/** A workflow with everything in it that exports hold. */
const rich = hydrated(
	[
		node('say_llm', {
			is_start: true,
			name: 'Greeter',
			main_response_config: { prompt: hidden('prompt'), future: hidden('value') },
			llms_config: backchannel({ backchannel_static_responses: [hidden('said')] }),
			structured_output_schema: { name: 'x', input_schema: { type: 'object', properties: {} } },
			tools_config: {
				tools: [
					tool('inline_python', {
						code: `def f():\n    return '${hidden('code')} {{ name | default: "${hidden('code')}" }}'`,
						variable_arguments: [{ argument_name: 'rec', source: 'runtime', variable_path: 'a.b' }],
						result_variable_mappings: [{ target_variable_name: 'risk', result_path: 'value' }],
					}),
					tool('external_api', {
						api_endpoint: 'https://x.example/{id}',
						api_headers: { Authorization: hidden('token') },
						api_body: { note: hidden('value') },
						variable_arguments: [{ argument_name: 'id', source: 'literal', literal_value: hidden('value') }],
					}),
					{ type: 'future_tool', secret_setting: hidden('value') },
				],
			},
		}),
		node('http_request', {
			url: 'https://x.example',
			headers: { Authorization: hidden('token'), Accept: 'text/plain' },
			body_parameters: JSON.stringify({ note: hidden('value') }),
			self_loop_config: { enabled: true, max_retries: 3, expiry_time: 60, time_between_retries: 5 },
		}),
		node('tool_node', { tool_config: tool('knowledge_base'), tool_arguments: { query: hidden('value') } }),
		node('super_node', {
			field_values: { greeting: hidden('value'), tries: 2 },
			super_node_interface: {
				input_fields: [
					{
						name: 'greeting',
						value_type: 'string',
						max_length: 80,
						mappings: [
							{
								target_type: 'node_config_field',
								target_node_or_edge_logical_id: 'hello',
								target_field_path: 'main_response_config.prompt',
							},
						],
					},
					{ name: 'tries', value_type: 'integer', required: false, default_value: 3, mappings: [] },
				],
			},
			encapsulated_workflow_config: inner,
		}),
		node('google_docs', {
			credentials: { type: 'google_workspace_api_key', api_key: hidden('key') },
			operate_document: { type: 'google_docs_create_document', title: hidden('value') },
		}),
		node('athena_patients_create', { api_key: hidden('key'), notes: hidden('value'), gender: 'Female' }),
		node('send_sms', { message: hidden('said'), sms_provider: 'twilio' }),
		{ type: 'teleport', logical_id: 't', settings: { note: hidden('value') } },
		node('end_conversation', {
			process_transcript_prompt: { prompt: hidden('prompt') },
			process_transcript_llms_config: group(model('custom_llm', { default_headers: { Key: hidden('key') } })),
			global_node_config: { is_global: true, condition: { condition_freeform: hidden('condition') } },
		}),
	],
	[
		conditional('say_llm', 'http_request', { condition_freeform: hidden('condition') }),
		edge('http_request', 'tool_node'),
		edge('http_request', 'send_sms', {
			companion_thread_config: { is_companion_thread: true, thread_id: 'side' },
		}),
		edge('tool_node', 'super_node', { miscellaneous: { note: hidden('value') } }),
		conditional('super_node', 't', { condition_expression: `[[a]] == '${hidden('value')}'` }),
		conditional('t', 'end_conversation', { condition_expression: `has([[a]], '${hidden('value')}') '` }),
	],
	{
		default_prompt_prefix: hidden('prompt'),
		tools_config: { tools: [tool('inbuilt_function', { tool_id: 'call_forward' })] },
		mcp_servers: [{ name: 'm', server_url: 'https://mcp.example', api_headers: { Key: hidden('key') } }],
		miscellaneous: { default_dynamic_variables: { clinic: hidden('value') } },
		guardrail_strikes_config: {
			escalation_message: hidden('said'),
			max_guardrail_nodes_before_escalation: 2,
		},
	},
);

const seed: JsonObject = {
	workflow_config: { Name: 'Line' },
	node_configs: [
		{
			type: 'SAY_LLM',
			Name: 'Hello',
			'LLM Provider': 'OpenAI',
			Model: 'gpt-5.4',
			'System Prompt': hidden('prompt'),
			Tools: ['call_forward'],
			'Max Turns': 3,
		},
		{
			type: 'HTTP_REQUEST',
			Name: 'Ask',
			URL: 'https://x.example',
			Headers: [{ key: 'K', value: hidden('key') }],
		},
		{ type: 'SAY_STATIC', Name: 'Bye', 'Message(s)': [hidden('said')], 'Selection Mode': 'random' },
	],
	edge_configs: [
		{ type: 'Conditional', Source: 'Hello', Target: 'Ask', Condition: hidden('condition'), Priority: 1 },
		{ type: 'Direct', Source: 'Ask', Target: 'Bye' },
	],
};

const documents: Json[] = [
	rich,
	rich,
	rich,
	seed,
	{ workflow: { _id: 'w', active_version_number: 0, workflow_config: rich }, execution_url: '' },
	{ version: { version_number: 1, workflow_config: rich }, parent_active_version: 0 },
	{
		versions: [
			{ version_number: 0, workflow_config: seed },
			{ version_number: 1, config: rich },
		],
		warnings: [],
	},
	{ ...rich, versions: [{ version_number: 0, version_name: null }] },
	...exampleNames.map((name) => example(name)),
];

interface Mutation {
	/** Chooses the place among all of the document. */
	place: number;
	change: 'drop' | 'null' | 'retype' | 'repeat' | 'respell';
	value: Json;
}

const OTHER_VALUES: Json[] = [0, -1, 1.5, '', 'x', '12', true, false, [], [null], {}, { type: 'x' }, [[{}]]];
const mutation: fc.Arbitrary<Mutation> = fc.record({
	place: fc.nat(100_000),
	change: fc.constantFrom('drop', 'null', 'retype', 'repeat', 'respell'),
	value: fc.constantFrom(...OTHER_VALUES),
});

/** Not `structuredClone`: that one makes objects of another realm here. */
const cloned = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** One thing wrong, or a few at once. */
const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

function placesOf(value: Json, path: Array<string | number> = []): Array<Array<string | number>> {
	const own = path.length === 0 ? [] : [path];
	if (Array.isArray(value))
		return [...own, ...value.flatMap((item, index) => placesOf(item, [...path, index]))];
	if (!isJsonObject(value)) return own;
	return [...own, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

function mutated(document: Json, { place, change, value }: Mutation): Json {
	const places = placesOf(document);
	const path = places[place % places.length] ?? [];
	const copy = cloned(document);
	const holder = path.slice(0, -1).reduce<Json>((at, key) => (at as JsonObject)[key] ?? null, copy);
	const key = path.at(-1) ?? '';
	if (Array.isArray(holder)) {
		const index = Number(key);
		if (change === 'drop') holder.splice(index, 1);
		else if (change === 'repeat') holder.splice(index, 0, cloned(holder[index] ?? null));
		else holder[index] = change === 'null' ? null : value;
		return copy;
	}
	const object = holder as JsonObject;
	const name = String(key);
	if (change === 'drop') delete object[name];
	else if (change === 'null') object[name] = null;
	else if (change === 'retype') object[name] = value;
	else {
		const label = name.replace(/_+/g, ' ').toUpperCase();
		object[label] = change === 'repeat' ? value : (object[name] ?? null);
		if (change === 'respell' && label !== name) delete object[name];
	}
	return copy;
}

const RULE = /^(R-\d\d|R\d+\.\d+|L-[1-4]|1\.[27]|4\.[1-6])$/;

/** What is not told as it should be. */
function poorlyTold(faults: readonly Fault[]): Fault[] {
	return faults.filter(({ rule, path, message, advice, severity }) => {
		const isComplete = RULE.test(rule) && path.startsWith('$') && message !== '' && advice.endsWith('.');
		return !isComplete || !['error', 'warning'].includes(severity);
	});
}

const leaks = (value: unknown) => JSON.stringify(value).match(/HIDDEN-\w+-\d+/g) ?? [];

/** The hidden texts of a document, so that losses are seen. */
const hiddenIn = (value: Json) => [...(JSON.stringify(value).match(/HIDDEN-\w+-\d+/g) ?? [])].sort();

test('0.3, 5.3: 500 exports with one to three things wrong are read, checked, formatted, compared and drawn', async () => {
	await fc.assert(
		fc.asyncProperty(fc.nat(documents.length - 1), mutations, async (index, changes) => {
			const document = changes.reduce(mutated, documents[index] ?? null);
			const parsed = parseDocument(document);
			const { faults } = checkDocument(document);
			const canonical = canonicalize(document);
			expect(poorlyTold([...faults, ...canonical.faults])).toEqual([]);
			expect(leaks([faults, canonical.faults])).toEqual([]);
			if (canonical.text !== null) {
				// Nothing is lost, and a second pass finds nothing to do.
				expect(hiddenIn(canonical.document)).toEqual(hiddenIn(document));
				expect(canonicalize(canonical.text).text).toBe(canonical.text);
				const again = parseDocument(canonical.text);
				expect([again.kind, again.isBlocked]).toEqual([parsed.kind, parsed.isBlocked]);
				expect(typed(again.graph)).toEqual(typed(parsed.graph));
			}
			for (const platform of [true, false])
				for (const graph of [true, false]) formatDocument(document, { platform, graph });
			const { document: blanked, secrets } = extractSecrets(document);
			expect(restoreSecrets(blanked, secrets).document).toEqual(document);
			expect(opened(document)).toEqual([]);
			if (parsed.graph === null) return;
			mermaidText(parsed.graph, { path: null, withLegend: true });
			dynamicVariablesOf(parsed.graph.raw);
			expect(isEmptyDiff(diffGraphs(parsed.graph.raw, cloned(parsed.graph.raw)))).toBe(true);
			const expanded = await expandSuperNodes(parsed.graph);
			expect(poorlyTold(expanded.faults)).toEqual([]);
			expect(leaks(expanded.faults)).toEqual([]);
		}),
		{ numRuns: 500 },
	);
}, 60_000);

/** The view of a graph without what only the reading of another spelling adds. */
function typed(graph: ReturnType<typeof parseDocument>['graph']): unknown {
	const bare = (value: object) => ({ ...value, faults: undefined });
	return graph && [graph.workflow_config, graph.node_configs.map(bare), graph.edge_configs.map(bare)];
}

/** What is wrong with the error that opening the graph throws; empty when it opens. */
function opened(document: Json): string[] {
	try {
		graphIn(document, { version: 'active', name: 'The document' });
		return [];
	} catch (error) {
		if (!(error instanceof InteractlyError)) return [`no error of ours: ${String(error)}`];
		const told = [error.message, error.advice ?? '', error.place ?? ''];
		return [...(error.advice === undefined ? ['no advice'] : []), ...leaks(told)];
	}
}

test('2.13: of a mended export the differences are told', () => {
	const [node_configs] = [cloned(rich.node_configs)] as JsonObject[][];
	(node_configs?.[0] as JsonObject).self_loop = false;
	const difference = diffGraphs(rich, { ...rich, node_configs: node_configs ?? [] });
	expect(difference.nodes).toMatchObject([{ logical_id: 'say_llm', status: 'modified' }]);
});
