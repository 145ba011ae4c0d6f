/** Guardrail nodes: hops that are closed, and strikes: when they count, when they escalate, and where to. */

import { countStrike } from '../../lib/edge/guardrail';
import { exitsOf } from '../../lib/edge/exits';
import { at, conditional, direct, expression, globally, graphOf, label } from './position';
import type { JsonObject } from '../../lib/json';

const strikesConfig = (config: JsonObject | null, escalation: JsonObject = {}) =>
	graphOf({
		nodes: [
			{ logical_id: 'a', is_start: true },
			{ logical_id: 'g', is_guardrail_node: true },
			{ logical_id: 'h', is_guardrail_node: true },
			{ logical_id: 'desk', ...escalation },
		],
		edges: [direct('a', 'g')],
		workflow: { guardrail_strikes_config: config },
	});

const desk = (max: number | null) => ({
	max_guardrail_nodes_before_escalation: max,
	escalation_node_logical_id: 'desk',
});

function strike(
	graph: ReturnType<typeof graphOf>,
	from: string,
	to: string,
	strikes: number,
	isCompanion = false,
) {
	const node = (id: string) => graph.nodesById.get(id) ?? graph.node_configs[0]!;
	const result = countStrike({ graph, from: node(from), to: node(to), strikes, isCompanion });
	return 'destination' in result ? { ...result, destination: result.destination.logical_id } : result;
}

describe('R3.45: what counts as a strike', () => {
	const graph = strikesConfig(desk(5));
	test.each([
		['from an ordinary node into a guardrail', 'a', 'g', false, 1],
		['from a guardrail into itself', 'g', 'g', false, 0],
		['from a guardrail into another', 'g', 'h', false, 0],
		['from a guardrail to an ordinary node', 'g', 'a', false, 0],
		['between ordinary nodes', 'a', 'desk', false, 0],
		['in a companion thread', 'a', 'g', true, 0],
	])('%s', (_title, from, to, isCompanion, added) => {
		expect(strike(graph, from, to, 1, isCompanion)).toEqual({ outcome: 'follow', strikes: 1 + added });
	});
});

describe('escalation', () => {
	test.each([
		['below the threshold the hop is followed', 3, 0, { outcome: 'follow', strikes: 1 }],
		['one below it too', 3, 1, { outcome: 'follow', strikes: 2 }],
		['the entry that reaches it is replaced', 3, 2, { outcome: 'redirect', strikes: 3, destination: 'desk' }],
		[
			'the counter is not reset, so the next one is replaced as well',
			3,
			3,
			{ outcome: 'redirect', strikes: 4, destination: 'desk' },
		],
		['one strike is enough when N is 1', 1, 0, { outcome: 'redirect', strikes: 1, destination: 'desk' }],
		['null disables', null, 99, { outcome: 'follow', strikes: 100 }],
	])('R3.46, R3.47: %s', (_title, max, before, expected) => {
		expect(strike(strikesConfig(desk(max)), 'a', 'g', before)).toEqual(expected);
	});

	test('R3.46: without a config strikes only count', () => {
		expect(strike(strikesConfig(null), 'a', 'g', 7)).toEqual({ outcome: 'follow', strikes: 8 });
	});

	test('R3.49: from the escalation node no strike escalates again', () => {
		expect(strike(strikesConfig(desk(2)), 'desk', 'g', 4)).toEqual({ outcome: 'follow', strikes: 5 });
	});

	test.each([
		['there is none', null, {}],
		['it does not exist', 'gone', {}],
		['it is disabled', 'desk', { disabled: true }],
	])('R3.48, R3.50: the thread ends with the message when %s', (_title, id, escalation) => {
		const config = {
			max_guardrail_nodes_before_escalation: 1,
			escalation_node_logical_id: id,
			escalation_message: 'Goodbye {{name}}.',
		};
		expect(strike(strikesConfig(config, escalation), 'a', 'g', 0)).toEqual({
			outcome: 'end',
			strikes: 1,
			message: 'Goodbye {{name}}.',
		});
	});

	test('R3.50: a node that only companions reach is no escalation node', () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'a', is_start: true },
				{ logical_id: 'g', is_guardrail_node: true },
				{ logical_id: 'desk', type: 'no_op' },
			],
			edges: [direct('a', 'g'), direct('a', 'desk', true)],
			workflow: { guardrail_strikes_config: desk(1) },
		});
		expect(strike(graph, 'a', 'g', 0)).toEqual({ outcome: 'end', strikes: 1, message: null });
	});
});

const labels = (...args: Parameters<typeof at>) => exitsOf(at(...args)).map(label);

describe('R3.44: guardrail nodes', () => {
	const guarded = (flag?: unknown) =>
		graphOf({
			nodes: [
				{ logical_id: 'a', is_guardrail_node: true },
				{ logical_id: 'b', is_guardrail_node: true },
				{ logical_id: 'c' },
				{
					logical_id: 'g',
					is_guardrail_node: true,
					...globally('help', { reverse_conditional_edge: { condition_freeform: 'done' } }),
				},
			],
			edges: [
				conditional('a', 'b', 'to another guardrail'),
				conditional('a', 'a', 'to itself'),
				conditional('a', 'c', expression('1 == 1')),
				conditional('c', 'b', 'from outside'),
			],
			workflow:
				flag === undefined ? {} : { miscellaneous: { no_hopping_between_guardrail_nodes: flag as string } },
		});

	test.each([
		['absent', undefined, ['own:a-a', 'own:a-c']],
		['"true"', 'true', ['own:a-a', 'own:a-c']],
		['nonsense means the default', 'maybe', ['own:a-a', 'own:a-c']],
		['"off"', 'off', ['global:g', 'own:a-b', 'own:a-a', 'own:a-c']],
		['false', false, ['global:g', 'own:a-b', 'own:a-a', 'own:a-c']],
	])('the flag %s decides about hops from one guardrail node to another', (_title, flag, expected) => {
		expect(labels(guarded(flag), 'a')).toEqual(expected);
	});

	test('hops from other nodes are open, and so is a way back to one', () => {
		expect(labels(guarded(), 'c')).toEqual(['global:g', 'own:c-b']);
		expect(labels(guarded(), 'g', { callers: { g: 'c' } })).toEqual(['reverse:g']);
		expect(labels(guarded(), 'g', { callers: { g: 'a' } })).toEqual([]);
	});
});
