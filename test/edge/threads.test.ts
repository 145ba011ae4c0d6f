/** Direct edges, forks, disabled nodes and companion edges as data. */

import { companionsOf, waitsForCompanions } from '../../lib/edge/companion';
import { forksOf, mainEdgeOf, pastDisabled } from '../../lib/edge/direct';
import type { Position } from '../../lib/edge/contract';
import type { JsonObject } from '../../lib/json';
import { at, conditional, direct, expression, globally, graphOf } from './position';

const nodes = (...ids: string[]): JsonObject[] => ids.map((logical_id) => ({ logical_id }));
const companion = (from: string, to: string, more: JsonObject = {}): JsonObject => ({
	type: 'companion',
	logical_id: `${from}~${to}`,
	name: `${from} beside ${to}`,
	source_node_logical_id: from,
	destination_node_logical_id: to,
	...more,
});

describe('R5.1: forks', () => {
	test('all fork edges in list order, the main edge not among them', () => {
		const graph = graphOf({
			nodes: nodes('a', 'x', 'y', 'z'),
			edges: [
				direct('a', 'x', { thread_id: 'labpoll' }),
				direct('a', 'y'),
				direct('a', 'z', { thread_id: '' }),
			],
		});
		expect(
			forksOf(graph, 'a').map(({ destination, threadId }) => [destination.logical_id, threadId]),
		).toEqual([
			['x', 'labpoll'],
			['z', null],
		]);
		expect(mainEdgeOf(graph, 'a')?.logical_id).toBe('a=y');
	});

	test('R5.12: a lone fork edge is the main edge and forks nothing', () => {
		const graph = graphOf({ nodes: nodes('a', 'x'), edges: [direct('a', 'x', true)] });
		expect(forksOf(graph, 'a')).toEqual([]);
		expect(mainEdgeOf(graph, 'a')?.logical_id).toBe('a=x');
	});

	test('R3.60: a fork to nowhere starts nothing', () => {
		const graph = graphOf({ nodes: nodes('a', 'x'), edges: [direct('a', 'gone', true), direct('a', 'x')] });
		expect(forksOf(graph, 'a')).toEqual([]);
	});

	test('a node without edges has neither', () => {
		const graph = graphOf({ nodes: nodes('a') });
		expect(forksOf(graph, 'a')).toEqual([]);
		expect(mainEdgeOf(graph, 'a')).toBe(null);
	});
});

describe('R3.57: disabled nodes', () => {
	const chain = (count: number, edges: JsonObject[] = []) =>
		graphOf({
			nodes: [
				{ logical_id: 'start' },
				...Array.from({ length: count }, (_, index) => ({ logical_id: `off${index}`, disabled: true })),
				{ logical_id: 'end' },
			],
			edges: [
				...Array.from({ length: count }, (_, index) =>
					direct(`off${index}`, index + 1 < count ? `off${index + 1}` : 'end'),
				),
				...edges,
			],
		});

	test('an enabled node is itself', () => {
		const graph = chain(0);
		const start = graph.nodesById.get('start');
		expect(start && pastDisabled(graph, start)).toEqual({ node: start, passed: [], tooMany: false });
	});

	test('they are passed over along their main direct edges', () => {
		const graph = chain(3);
		const first = graph.nodesById.get('off0');
		const result = first && pastDisabled(graph, first);
		expect(result?.node?.logical_id).toBe('end');
		expect(result?.passed.map((node) => node.logical_id)).toEqual(['off0', 'off1', 'off2']);
	});

	test('without a direct edge the way ends, conditional edges do not help', () => {
		const graph = graphOf({
			nodes: [{ logical_id: 'off', disabled: true }, { logical_id: 'x' }],
			edges: [conditional('off', 'x', expression('1 == 1'))],
		});
		const off = graph.nodesById.get('off');
		expect(off && pastDisabled(graph, off)).toMatchObject({ node: null, tooMany: false });
	});

	test.each([
		[100, false],
		[101, true],
	])('R3.56: %d in a row: too many is %s', (count, tooMany) => {
		const graph = chain(count);
		const first = graph.nodesById.get('off0');
		expect(first && pastDisabled(graph, first).tooMany).toBe(tooMany);
	});

	test('R3.56: a circle of disabled nodes ends too', () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'p', disabled: true },
				{ logical_id: 'q', disabled: true },
			],
			edges: [direct('p', 'q'), direct('q', 'p')],
		});
		const p = graph.nodesById.get('p');
		expect(p && pastDisabled(graph, p).tooMany).toBe(true);
	});
});

describe('companion edges', () => {
	test('R5.15: every destination in list order; a disabled one does nothing', () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'a' },
				{ logical_id: 'x', type: 'worker_llm' },
				{ logical_id: 'y', type: 'send_sms' },
				{ logical_id: 'z', disabled: true },
			],
			edges: [
				companion('a', 'y'),
				companion('a', 'x'),
				companion('a', 'z'),
				companion('a', 'x', { logical_id: 'off', disabled: true }),
			],
		});
		const warnings: string[] = [];
		const found = companionsOf(graph, 'a', (message) => warnings.push(message));
		expect(found.map(({ edge, destination }) => [edge.logical_id, destination.logical_id])).toEqual([
			['a~y', 'y'],
			['a~x', 'x'],
		]);
		expect(warnings).toEqual([]);
	});

	test('R3.60: one that leads nowhere is ignored with a warning', () => {
		const warnings: string[] = [];
		expect(
			companionsOf(graphOf({ nodes: nodes('a'), edges: [companion('a', 'gone')] }), 'a', (message) =>
				warnings.push(message),
			),
		).toEqual([]);
		expect(warnings).toEqual([
			'Companion edge "a beside gone" leads to no node of the graph and is ignored.',
		]);
	});

	const decided = conditional('a', 'x', expression('1 == 1'));
	const everywhere = { logical_id: 'g', ...globally(expression('1 == 1')) };
	test.each<[string, JsonObject[], JsonObject[], Position['loop'], boolean]>([
		['an own expression edge and no main edge', [decided], [], undefined, true],
		['an own expression edge beside a main edge', [decided, direct('a', 'x')], [], undefined, false],
		['the same in a bounded loop, which reads it first', [decided, direct('a', 'x')], [], 'repeating', true],
		['the same at the end of the loop', [decided, direct('a', 'x')], [], 'exhausted', true],
		['a loop that only a direct edge follows', [direct('a', 'x')], [], 'exhausted', false],
		['a global condition that is an expression', [], [everywhere], undefined, true],
		['a global condition beside a main edge', [direct('a', 'x')], [everywhere], undefined, false],
		['a freeform edge alone', [conditional('a', 'x', 'f')], [], undefined, false],
		['nothing', [], [], undefined, false],
	])('R5.17: selection waits with %s', (_title, edges, more, loop, waits) => {
		const graph = graphOf({ nodes: [...nodes('a', 'x'), ...more], edges });
		expect(waitsForCompanions(at(graph, 'a', { loop }))).toBe(waits);
	});
});
