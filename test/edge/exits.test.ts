/** Which exits a node has, in which order, and how each is judged. */

import {
	carriesExits,
	exitsOf,
	independentExits,
	isExpression,
	isFreeform,
	offeredExits,
} from '../../lib/edge/exits';
import type { JsonObject } from '../../lib/json';
import { at, conditional, direct, expression, globally, graphOf, label } from './position';

const labels = (...args: Parameters<typeof at>) => exitsOf(at(...args)).map(label);
const nodes = (...ids: string[]): JsonObject[] => ids.map((logical_id) => ({ logical_id }));
describe('own conditional edges', () => {
	test.each([
		['list order without priorities', [null, null, null], ['a-x', 'a-y', 'a-z']],
		['ascending priority', [3, 1, 2], ['a-y', 'a-z', 'a-x']],
		['priorities before none', [null, 9, null], ['a-y', 'a-x', 'a-z']],
		['ties by list order', [1, 0, 1], ['a-y', 'a-x', 'a-z']],
		['negative before positive', [0, -1, 5], ['a-y', 'a-x', 'a-z']],
	])('R3.4: %s', (_title, priorities, expected) => {
		const edges = ['x', 'y', 'z'].map((to, index) =>
			conditional('a', to, 'yes', { priority: priorities[index] ?? null }),
		);
		const graph = graphOf({ nodes: nodes('a', 'x', 'y', 'z'), edges });
		expect(labels(graph, 'a')).toEqual(expected.map((id) => `own:${id}`));
	});

	test('R3.3: a main direct edge hides them', () => {
		const graph = graphOf({
			nodes: nodes('a', 'x', 'y'),
			edges: [conditional('a', 'x', 'yes'), direct('a', 'y')],
		});
		expect(labels(graph, 'a')).toEqual([]);
	});

	test('R3.6: fork edges beside a main edge hide them no more than a lone fork edge does', () => {
		const forks = [direct('a', 'y', true), direct('a', 'z', true)];
		const two = graphOf({
			nodes: nodes('a', 'x', 'y', 'z'),
			edges: [conditional('a', 'x', 'yes'), ...forks],
		});
		expect(labels(two, 'a')).toEqual(['own:a-x']);
		const lone = graphOf({
			nodes: nodes('a', 'x', 'y'),
			edges: [conditional('a', 'x', 'yes'), direct('a', 'y', true)],
		});
		expect(labels(lone, 'a')).toEqual([]);
	});

	test('R6.5: while the node loops, its conditional edges count in spite of a direct edge', () => {
		const graph = graphOf({
			nodes: nodes('a', 'x', 'y'),
			edges: [conditional('a', 'x', 'yes'), direct('a', 'y')],
		});
		expect(labels(graph, 'a', { loop: 'repeating' })).toEqual(['own:a-x']);
		expect(labels(graph, 'a', { loop: 'exhausted' })).toEqual(['own:a-x']);
	});

	test('R3.58: a disabled edge is absent, a disabled direct edge hides nothing', () => {
		const graph = graphOf({
			nodes: nodes('a', 'x', 'y'),
			edges: [
				conditional('a', 'x', 'yes'),
				conditional('a', 'y', 'no', { disabled: true }),
				direct('a', 'y', undefined, { disabled: true }),
			],
		});
		expect(labels(graph, 'a')).toEqual(['own:a-x']);
	});

	test('R3.60: an edge to nowhere is ignored with a warning', () => {
		const graph = graphOf({
			nodes: nodes('a', 'x'),
			edges: [conditional('a', 'gone', 'yes'), conditional('a', 'x', 'yes')],
		});
		const position = at(graph, 'a');
		expect(exitsOf(position).map(label)).toEqual(['own:a-x']);
		expect(position.warnings).toEqual([
			{
				message: 'Edge "a to gone" leads to no node of the graph and is ignored.',
				onceKey: 'nowhere:a-gone',
			},
		]);
	});

	test.each([
		['no condition', null],
		['neither text', {}],
		['two blank texts', { condition_freeform: ' ', condition_expression: '' }],
	])('R3.13: an edge with %s is never taken, and a warning says so', (_title, condition) => {
		const position = at(graphOf({ nodes: nodes('a', 'x'), edges: [conditional('a', 'x', condition)] }), 'a');
		expect(exitsOf(position)).toEqual([]);
		expect(position.warnings.map((warning) => warning.message)).toEqual([
			'Edge "a to x" has no condition and is never taken.',
		]);
	});

	test.each([
		['freeform alone', { condition_freeform: 'f' }, 'freeform'],
		['expression alone', { condition_expression: '1 == 1' }, 'expression'],
		[
			'both: the expression decides',
			{ condition_freeform: 'f', condition_expression: '1 == 1' },
			'expression',
		],
		[
			'a blank expression counts as unset',
			{ condition_freeform: 'f', condition_expression: '  ' },
			'freeform',
		],
	])('R3.12: %s', (_title, condition, kind) => {
		const [exit] = exitsOf(
			at(graphOf({ nodes: nodes('a', 'x'), edges: [conditional('a', 'x', condition)] }), 'a'),
		);
		expect(exit && isExpression(exit)).toBe(kind === 'expression');
		expect(exit && isFreeform(exit)).toBe(kind === 'freeform');
	});
});

describe('global nodes', () => {
	const graph = graphOf({
		nodes: [
			{ logical_id: 'a' },
			{ logical_id: 'g2', ...globally('help') },
			{ logical_id: 'g1', ...globally(expression('[[x]] == 1')) },
			{ logical_id: 'off', ...globally('off'), disabled: true },
			{ logical_id: 'mute', ...globally({}) },
		],
		edges: [],
	});

	test('R3.5, R3.38: they are reachable from every node, in list order, never from themselves or disabled', () => {
		expect(labels(graph, 'a')).toEqual(['global:g2', 'global:g1']);
		expect(labels(graph, 'g2')).toEqual(['global:g1']);
	});

	test('R5.7: companions have none', () => {
		expect(labels(graph, 'a', { isCompanion: true })).toEqual([]);
	});

	test('R3.38: a node that only companions reach is no global destination', () => {
		const companion = graphOf({
			nodes: [
				{ logical_id: 'a', is_start: true },
				{ logical_id: 'b' },
				{ type: 'no_op', logical_id: 'c', ...globally('help') },
			],
			edges: [direct('a', 'b'), direct('a', 'c', true)],
		});
		expect(companion.companionNodeIds.has('c')).toBe(true);
		expect(labels(companion, 'b')).toEqual([]);
	});

	test('R3.2: globals stand before the way back, and both before own edges', () => {
		const all = graphOf({
			nodes: [
				{ logical_id: 'a' },
				{
					logical_id: 'g',
					...globally('help', { reverse_conditional_edge: { condition_freeform: 'done' } }),
				},
				{ logical_id: 'h', ...globally('other') },
			],
			edges: [conditional('g', 'a', 'again')],
		});
		expect(labels(all, 'g', { callers: { g: 'a' } })).toEqual(['global:h', 'reverse:g', 'own:g-a']);
	});

	test.each([
		['tool_call by default', undefined, undefined, 'offered'],
		['the workflow’s method', undefined, 'independent_llm_evaluations', 'independent'],
		['the node’s own method over the workflow’s', 'tool_call', 'independent_llm_evaluations', 'offered'],
		['independent on the node alone', 'independent_llm_evaluations', undefined, 'independent'],
	])('R3.16: %s', (_title, own, workflow, expected) => {
		const judged = graphOf({
			nodes: [
				{ logical_id: 'a' },
				{ logical_id: 'g', ...globally('help', own ? { global_condition_edge_evaluation_method: own } : {}) },
			],
			workflow: workflow ? { global_condition_evaluation_method: workflow } : {},
		});
		const exits = exitsOf(at(judged, 'a'));
		expect(offeredExits(judged, exits)).toHaveLength(expected === 'offered' ? 1 : 0);
		expect(independentExits(judged, exits)).toHaveLength(expected === 'independent' ? 1 : 0);
	});

	test('R3.14: own and reverse exits are offered whatever the method for globals is', () => {
		const mixed = graphOf({
			nodes: [
				{ logical_id: 'a' },
				{
					logical_id: 'g',
					...globally('help', { reverse_conditional_edge: { condition_freeform: 'done' } }),
				},
			],
			edges: [
				conditional('g', 'a', 'again'),
				conditional('g', 'g', expression('1 == 1'), { logical_id: 'e' }),
			],
			workflow: { global_condition_evaluation_method: 'independent_llm_evaluations' },
		});
		const exits = exitsOf(at(mixed, 'g', { callers: { g: 'a' } }));
		expect(offeredExits(mixed, exits).map(label)).toEqual(['reverse:g', 'own:g-a']);
	});
});

describe('the way back', () => {
	const back = (config: JsonObject = {}, more: JsonObject = {}) =>
		graphOf({
			nodes: [
				{ logical_id: 'a', ...more },
				{
					logical_id: 'g',
					...globally('help', { reverse_conditional_edge: { condition_freeform: 'done' }, ...config }),
				},
			],
		});

	test('R3.41: it leads to the recorded caller', () => {
		const [exit] = exitsOf(at(back(), 'g', { callers: { g: 'a' } }));
		expect(exit).toMatchObject({
			kind: 'reverse',
			edge: null,
			globalNodeId: 'g',
			destination: { logical_id: 'a' },
		});
	});

	test.each([
		['the caller is unknown', back(), {}],
		['the caller is gone', back(), { g: 'gone' }],
		['the caller is disabled', back({}, { disabled: true }), { g: 'a' }],
		['the node is not global', back({ is_global: false }), { g: 'a' }],
		['there is no reverse condition', back({ reverse_conditional_edge: null }), { g: 'a' }],
		['the name is one that every object has', back(), { toString: 'a' }],
	])('R3.42: none when %s', (_title, graph, callers) => {
		expect(labels(graph, 'g', { callers: callers as Record<string, string> })).toEqual([]);
	});

	test('R5.7: companions have none', () => {
		expect(labels(back(), 'g', { callers: { g: 'a' }, isCompanion: true })).toEqual([]);
	});
});

test('R3.14, R3.15: LLM nodes carry their exits, others and turn-by-turn evaluators do not', () => {
	const graph = graphOf({
		nodes: [
			{ logical_id: 'say' },
			{ logical_id: 'work', type: 'worker_llm' },
			{ logical_id: 'judge', type: 'workflow_run_evaluator' },
			{ logical_id: 'turns', type: 'workflow_run_evaluator', is_turn_by_turn_evaluator: true },
			{ logical_id: 'static', type: 'say_static' },
			{ logical_id: 'http', type: 'http_request' },
		],
	});
	const carrying = graph.node_configs.filter(carriesExits).map((node) => node.logical_id);
	expect(carrying).toEqual(['say', 'work', 'judge']);
});
