/** What is refused when a graph is saved, by the numbers of the runtime rules that need it. */

import { expressionProblem } from '../../lib/assemble/examine';
import { loadGraph } from '../../lib/graph/build';
import { checkGraph } from '../../lib/graph/rules';
import type { JsonObject } from '../../lib/json';
import {
	companion,
	direct,
	expression,
	fork,
	freeform,
	graphOf,
	line,
	noop,
	say,
	start,
	worker,
} from '../engine/graphs';

/** Rules of the format that the graph breaks, errors only. */
function refusals(graph: JsonObject): string[] {
	return rulesOf(graph, 'error');
}

function rulesOf(graph: JsonObject, wanted: 'error' | 'warning'): string[] {
	return checkGraph(loadGraph(graph), { purpose: 'save', checkExpression: expressionProblem })
		.filter(({ severity }) => severity === wanted)
		.map(({ rule }) => rule);
}

const loop = (self_loop_config: JsonObject) =>
	graphOf([noop('A', { ...start, self_loop_config: { enabled: true, ...self_loop_config } })]);

const forked = (threadId: string | null, more: JsonObject[] = [], edges: JsonObject[] = []) =>
	graphOf(
		[noop('A', start), say('chat', true, true), noop('n'), ...more],
		[direct('A', 'chat'), fork('A', 'n', threadId), ...edges],
	);

const waiting = (
	config: JsonObject,
	more: { condition?: JsonObject; source?: JsonObject; edges?: JsonObject[]; kind?: JsonObject } = {},
) =>
	graphOf(
		[noop('A', start), more.source ?? say('chat', true, true), noop('n'), line('B')],
		[
			direct('A', 'chat'),
			fork('A', 'n', 'x'),
			expression('chat', 'B', '1 == 1', {
				evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['n'], ...config },
				...(more.condition ? { condition: more.condition } : {}),
			}),
			...(more.edges ?? []),
		],
	);

const bound = (tool: JsonObject, ...variable_arguments: JsonObject[]) =>
	graphOf([
		{
			type: 'tool_node',
			logical_id: 'T',
			name: 'T',
			...start,
			tool_config: {
				type: 'external_api',
				name: 't',
				description: 't',
				api_endpoint: 'https://x.example/{id}',
				api_method: 'GET',
				...tool,
				variable_arguments,
			},
		},
	]);
const id = { argument_name: 'id', variable_path: 'x' };

test('a sound graph of each kind is refused for nothing', () => {
	expect(refusals(loop({ max_retries: 1 }))).toEqual([]);
	expect(refusals(forked('lab_1-A'))).toEqual([]);
	expect(refusals(waiting({}))).toEqual([]);
	expect(refusals(bound({}, id))).toEqual([]);
});

describe('refused', () => {
	const refused: Array<[string, string, JsonObject]> = [
		['R2.14, R2.22: a speaker that loops without waiting', 'R2.14', graphOf([say('A', false, true, start)])],
		[
			'R2.14, R2.26: a worker that loops without waiting',
			'R2.14',
			graphOf([worker('A', false, true, start)]),
		],
		['R1.16: two start nodes', 'R-16', graphOf([noop('A', start), noop('B', start)])],
		[
			'R3.6, R5.4 row 1: two main direct edges',
			'R-37',
			graphOf([noop('A', start), noop('B'), noop('C')], [direct('A', 'B'), direct('A', 'C')]),
		],
		[
			'R3.6, R5.4 row 1: forks without a main edge',
			'R-37',
			graphOf([noop('A', start), noop('B'), noop('C')], [fork('A', 'B', 'b'), fork('A', 'C', 'c')]),
		],
		[
			'R5.4 row 2: a companion that reaches a node that waits',
			'R-38',
			forked('x', [say('late', true, true)], [direct('n', 'late')]),
		],
		[
			'R5.4 row 3: a fork inside a companion',
			'R-39',
			forked('x', [noop('m'), noop('o')], [direct('n', 'm'), fork('n', 'o', 'y')]),
		],
		[
			'R5.4 row 4: a node of the main thread and of a companion',
			'R-40',
			forked('x', [noop('m')], [direct('n', 'm'), expression('chat', 'm', '1 == 1')]),
		],
		['R5.3: a dot in a thread id', 'R-43', forked('a.b')],
		['R5.3: the mark of companions in a thread id', 'R-44', forked('a_companion_b')],
		['R5.3: the id of the main thread', 'R-45', forked('0')],
		['R5.3: a thread id twice', 'R-46', forked('x', [noop('m')], [fork('A', 'm', 'x')])],
		[
			'R5.9: a circle in a companion that nothing ends',
			'R-42',
			forked('x', [noop('m')], [direct('n', 'm'), direct('m', 'n')]),
		],
		['R5.26 row 1: no expression', 'R-47', waiting({}, { condition: { condition_freeform: null } })],
		[
			'R5.26 row 2: a freeform text',
			'R-48',
			waiting({}, { condition: { condition_expression: '1 == 1', condition_freeform: 'when done' } }),
		],
		['R5.26 row 3: no trigger node', 'R-49', waiting({ trigger_node_logical_ids: [] })],
		[
			'R5.26 row 4: a trigger node that does not exist',
			'R-50',
			waiting({ trigger_node_logical_ids: ['gone'] }),
		],
		[
			'R5.26 row 5: a trigger node that waits itself',
			'R-51',
			waiting({ trigger_node_logical_ids: ['chat'] }),
		],
		[
			'R5.26 row 6: every tick without a debounce',
			'R-52',
			waiting({ trigger_mode: 'on_every_background_tick' }),
		],
		['R5.26 row 8: a source that does not wait', 'R-54', waiting({}, { source: say('chat', false, false) })],
		['R5.26 row 9, R3.3: a source with a direct edge', 'R-55', waiting({}, { edges: [direct('chat', 'B')] })],
		['R6.3: a loop without a bound', 'R-20', loop({})],
		['R6.2: a retry count below 0', 'R-21', loop({ max_retries: -1 })],
		['R6.2: an expiry above an hour', 'R-22', loop({ expiry_time: 3601 })],
		['R6.2: an expiry below a second', 'R-22', loop({ expiry_time: 0 })],
		['R6.2: a pause above five minutes', 'R-23', loop({ max_retries: 1, time_between_retries: 301 })],
		[
			'R3.37a: a condition that cannot be read',
			'R-32',
			graphOf([noop('A', start), noop('B')], [expression('A', 'B', 'contains([[x]], 1)')]),
		],
		['R4.36: an argument bound twice', 'R-59', bound({}, id, { ...id, source: 'literal', literal_value: 1 })],
		[
			'R4.36: hidden and yet not overriding',
			'R-58',
			bound({}, { ...id, expose_to_llm: false, override_provided_value: false }),
		],
		['R4.36: an argument that no template uses', 'R-60', bound({}, { ...id, argument_name: 'other' })],
		[
			'R4.36: anything but the query of a knowledge base',
			'R-61',
			bound({ type: 'knowledge_base', knowledge_base_ids: ['k'] }, { ...id, argument_name: 'other' }),
		],
		[
			'R4.37: two mappings onto one variable',
			'R-66',
			bound({ result_variable_mappings: [{ target_variable_name: 'a' }, { target_variable_name: 'a' }] }, id),
		],
		[
			'R4.37: a mapping onto the outcome',
			'R-67',
			bound({ result_variable_mappings: [{ target_variable_name: 'tool_result_success' }] }, id),
		],
		['R4.35: a name that is a reserved word', 'R-56', bound({}, { ...id, argument_name: 'class' })],
	];

	test.each(refused)('%s', (_title, rule, graph) => {
		expect(refusals(graph)).toContain(rule);
	});
});

describe('warned of', () => {
	const advised: Array<[string, string, JsonObject]> = [
		[
			'R3.3: a direct edge beside conditional ones',
			'R3.3',
			graphOf([noop('A', start), noop('B'), noop('C')], [direct('A', 'B'), expression('A', 'C', '1 == 1')]),
		],
		[
			'R3.13: an edge without a condition',
			'R-29',
			graphOf([noop('A', start), noop('B')], [expression('A', 'B', ' ')]),
		],
		[
			'R3.22: a static and a dynamic message',
			'R-31',
			graphOf(
				[say('A', true, true, start), noop('B')],
				[
					freeform('A', 'B', 'b', {
						condition: {
							condition_freeform: 'b',
							static_messages_config: { static_messages: ['x'] },
							dynamic_messages_config: { dynamic_message_prompt: 'y' },
						},
					}),
				],
			),
		],
		[
			'R5.18: a worker beside a node that would wait',
			'R5.18',
			graphOf([noop('A', start), worker('W', true, false)], [companion('A', 'W')]),
		],
		[
			'R6.10: a freeform exit of a looping node without a model',
			'R6.10',
			graphOf(
				[noop('A', { ...start, self_loop_config: { enabled: true, max_retries: 1 } }), noop('B')],
				[freeform('A', 'B')],
			),
		],
		['R3.60: an edge to nowhere', 'R-14', graphOf([noop('A', start)], [direct('A', 'gone')])],
	];

	test.each(advised)('%s', (_title, rule, graph) => {
		expect(rulesOf(graph, 'warning')).toContain(rule);
	});
});
