/** Waiting edges: which are judged, when they are armed and due, and what is remembered. */

import type { ConditionalEdge } from '../../lib/graph/edge';
import type { JsonObject } from '../../lib/json';
import {
	afterEvaluation,
	dueAt,
	evaluateWaiting,
	triggerOf,
	waitingEdgesOf,
	waitingState,
	type WaitingMemory,
} from '../../lib/edge/waiting';
import { at, conditional, expression, graphOf } from './position';

const waiting = (config: JsonObject, more: JsonObject = {}) =>
	conditional('a', 'd', expression('[[ready]] == true'), {
		evaluate_while_waiting_config: { enabled: true, ...config },
		...more,
	});

function edgeWith(config: JsonObject): ConditionalEdge {
	const graph = graphOf({ nodes: [{ logical_id: 'a' }, { logical_id: 'd' }], edges: [waiting(config)] });
	return graph.edgesById.get('a-d') as ConditionalEdge;
}

const memory = (parts: Partial<WaitingMemory>): WaitingMemory => ({
	seen: {},
	lastAt: null,
	transitions: 0,
	...parts,
});

test('R5.24, R5.28: enabled expression edges in edge order; others are left out', () => {
	const on = { evaluate_while_waiting_config: { enabled: true } };
	const graph = graphOf({
		nodes: ['a', 'b', 'c', 'd', 'e'].map((logical_id) => ({ logical_id })),
		edges: [
			conditional('a', 'b', expression('1 == 1'), on),
			conditional('a', 'c', expression('1 == 1'), { ...on, priority: 1 }),
			conditional('a', 'd', 'freeform', on),
			conditional('a', 'e', expression('1 == 1'), { evaluate_while_waiting_config: { enabled: false } }),
			conditional('a', 'gone', expression('1 == 1'), on),
		],
	});
	const node = graph.nodesById.get('a');
	expect(node && waitingEdgesOf(graph, node).map(({ edge }) => edge.logical_id)).toEqual(['a-c', 'a-b']);
});

test('R5.30: guardrail rules hold for waiting edges', () => {
	const graph = graphOf({
		nodes: [
			{ logical_id: 'a', is_guardrail_node: true },
			{ logical_id: 'd', is_guardrail_node: true },
		],
		edges: [waiting({})],
	});
	const node = graph.nodesById.get('a');
	expect(node && waitingEdgesOf(graph, node)).toEqual([]);
});

describe('R5.27: arming by trigger nodes', () => {
	const edge = edgeWith({ trigger_node_logical_ids: ['t', 'u'] });
	test.each([
		['nothing completed', {}, undefined, 'idle'],
		['a trigger completed, even before the thread parked', { t: 1 }, undefined, 'due'],
		['the completion was already seen', { t: 1 }, memory({ seen: { t: 1 }, lastAt: 0 }), 'idle'],
		['another completion since then', { t: 2 }, memory({ seen: { t: 1 }, lastAt: 0 }), 'due'],
		['any of the triggers arms', { t: 1, u: 1 }, memory({ seen: { t: 1 }, lastAt: 0 }), 'due'],
		['other nodes do not', { x: 5 }, undefined, 'idle'],
	])('%s', (_title, completions, remembered, expected) => {
		expect(waitingState(edge, { completions, memory: remembered, nowMs: 10 })).toBe(expected);
	});

	test('R9.38: the trigger that armed is told with its count', () => {
		const view = { completions: { t: 1, u: 3 }, memory: memory({ seen: { t: 1 } }), nowMs: 0 };
		expect(triggerOf(edge, view)).toEqual({ nodeId: 'u', completions: 3 });
	});
});

describe('R5.25, R5.28: the debounce', () => {
	const byNode = edgeWith({ trigger_node_logical_ids: ['t'], min_seconds_between_evaluations: 5 });
	const byTick = edgeWith({ trigger_mode: 'on_every_background_tick', min_seconds_between_evaluations: 0.5 });
	test.each([
		['the first evaluation never waits', byNode, undefined, 0, 'due'],
		['inside the window the edge stays armed', byNode, memory({ lastAt: 1000 }), 5999, 'armed'],
		['at its end it is due', byNode, memory({ lastAt: 1000 }), 6000, 'due'],
		['every tick: armed at once', byTick, undefined, 0, 'due'],
		['every tick: inside the window', byTick, memory({ lastAt: 1000 }), 1499, 'armed'],
		['every tick: due without any trigger', byTick, memory({ lastAt: 1000 }), 1500, 'due'],
	])('%s', (_title, edge, remembered, nowMs, expected) => {
		expect(waitingState(edge, { completions: { t: 1 }, memory: remembered, nowMs })).toBe(expected);
	});

	test('the moment it becomes due', () => {
		expect(dueAt(byNode, memory({ lastAt: 1000 }))).toBe(6000);
		expect(dueAt(byNode, undefined)).toBe(null);
	});
});

test.each([
	[0, 'due'],
	[2, 'due'],
	[3, 'idle'],
])('R5.31: after %d transitions in one wait the edge is %s', (transitions, expected) => {
	const edge = edgeWith({ trigger_node_logical_ids: ['t'] });
	const view = { completions: { t: 9 }, memory: memory({ transitions }), nowMs: 0 };
	expect(waitingState(edge, view)).toBe(expected);
});

test('R5.27: an evaluation remembers all counts of its triggers, the time, and whether it fired', () => {
	const edge = edgeWith({ trigger_node_logical_ids: ['t', 'u'] });
	const view = { completions: { t: 2, x: 9 }, memory: memory({ transitions: 1 }), nowMs: 70 };
	expect(afterEvaluation(edge, view, false)).toEqual({ seen: { t: 2, u: 0 }, lastAt: 70, transitions: 1 });
	expect(afterEvaluation(edge, view, true).transitions).toBe(2);
});

describe('evaluation', () => {
	const graph = graphOf({ nodes: [{ logical_id: 'a' }, { logical_id: 'd' }], edges: [waiting({})] });
	const [edge] = waitingEdgesOf(graph, graph.node_configs[0]!);
	if (!edge) throw new Error('No edge');

	test('R9.38: it tells the expression and its hydrated form', () => {
		expect(evaluateWaiting(edge, at(graph, 'a', { variables: { ready: true } }))).toEqual({
			holds: true,
			expression: '[[ready]] == true',
			hydrated: 'true == true',
		});
		expect(evaluateWaiting(edge, at(graph, 'a')).holds).toBe(false);
	});

	test('R3.37a: an expression that cannot be read ends the run and names the edge', () => {
		const broken = graphOf({
			nodes: [{ logical_id: 'a' }, { logical_id: 'd' }],
			edges: [conditional('a', 'd', expression('((('), { evaluate_while_waiting_config: { enabled: true } })],
		});
		const [faulty] = waitingEdgesOf(broken, broken.node_configs[0]!);
		expect(() => faulty && evaluateWaiting(faulty, at(broken, 'a'))).toThrow('edge "a to d"');
	});
});
