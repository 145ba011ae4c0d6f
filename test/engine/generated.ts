/** Generated graphs and the scripted model that answers them by content alone, so that replays agree. */

import fc from 'fast-check';
import type { Http } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import type { Command } from '../../lib/engine/contract';
import { companion, direct, expression, fork, freeform, graphOf, line, noop, say, worker } from './graphs';
import { turnInput, type Reply, type Script } from './world';

const schema = {
	structured_output_schema: {
		type: 'object',
		properties: { mood: { type: 'string' }, count: { type: 'integer' } },
	},
};

const nodeOf = (kind: number, id: string): JsonObject => {
	switch (kind) {
		case 0:
			return say(id, true, true);
		case 1:
			return say(id, true, false);
		case 2:
			return say(id, false, false, schema);
		case 3:
			return worker(id, false, false, schema);
		case 4:
			return line(id, `line of ${id} {{date}}`);
		case 5:
			return { ...line(id), static_messages_config: { static_messages: ['x', 'y', 'z'] } };
		case 6:
			return { type: 'http_request', logical_id: id, name: id, url: `https://api.example/${id}` };
		case 7:
			return worker(id, true, true, schema);
		case 8:
			return { type: 'end_conversation', logical_id: id, name: id };
		default:
			return noop(id);
	}
};

const exits = fc.record({
	direct: fc.boolean(),
	target: fc.nat(9),
	other: fc.nat(9),
	kind: fc.nat(3),
});

/** Edges judged while their node waits: which one, on what, where it leads, and what is said on the way (5.4). */
const waitings = fc.array(
	fc.record({
		source: fc.nat(9),
		target: fc.nat(9),
		condition: fc.constantFrom(
			'1 == 1',
			'isPresent([[thread_side.http_request_result]])',
			"[[thread_side.self_loop_outcome]] == 'max_retries'",
			'[[count]] >= 2',
			'[[thread_side.count]] >= 2',
			"[[mood]] == 'good'",
		),
		triggers: fc.uniqueArray(fc.constantFrom('poll', 'next', 'beside', 'n0', 'n1'), { minLength: 1 }),
		debounce: fc.constantFrom(null, 1, 5),
		max: fc.integer({ min: 1, max: 3 }),
		priority: fc.constantFrom(null, 1, 2),
		says: fc.constantFrom(null, 'fixed', 'generated'),
	}),
	{ maxLength: 3 },
);

/** A companion thread: what it repeats, what follows, whom it takes along (5.1, 5.2). */
const companions = fc.record({
	from: fc.constantFrom('entry', 'n0'),
	max_retries: fc.constantFrom(null, 0, 2),
	time_between_retries: fc.nat(3),
	expiry_time: fc.constantFrom(4, 60),
	next: fc.constantFrom(null, 'line', 'worker', 'say'),
	beside: fc.boolean(),
	unnamed: fc.boolean(),
});

const drawn = fc.record({
	kinds: fc.array(fc.nat(9), { minLength: 2, maxLength: 7 }),
	exits: fc.array(exits, { minLength: 7, maxLength: 7 }),
	forks: fc.option(companions),
	waitings,
	/** The one edge that is judged on every tick, if any. */
	tick: fc.option(fc.nat(2)),
	beside: fc.boolean(),
	global: fc.boolean(),
	guard: fc.option(fc.record({ node: fc.nat(6), strikes: fc.integer({ min: 1, max: 3 }) })),
	disabled: fc.option(fc.nat(6)),
	loop: fc.option(fc.record({ max_retries: fc.nat(3), time_between_retries: fc.nat(2) })),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function ownEdges({ kinds, exits: ways }: Drawn, waits: ReadonlySet<string>): JsonObject[] {
	const idAt = (index: number) => `n${index % kinds.length}`;
	return kinds.flatMap((_, index): JsonObject[] => {
		const [id, way] = [`n${index}`, ways[index]];
		if (!way) return [];
		// A node with a direct edge is not judged while it waits (R5.26).
		if (way.direct && !waits.has(id)) return [direct(id, idAt(way.target))];
		if (way.kind === 0) return [freeform(id, idAt(way.target)), freeform(id, idAt(way.other), 'other')];
		if (way.kind === 1)
			return [expression(id, idAt(way.target), "[[mood]] == 'good'"), freeform(id, idAt(way.other))];
		return way.kind === 2 ? [expression(id, idAt(way.target), '[[count]] >= 2')] : [];
	});
}

function waitingEdges({ kinds, waitings: list, tick }: Drawn): JsonObject[] {
	const parking = kinds.flatMap((kind, index) => ([0, 1, 7].includes(kind) ? [`n${index}`] : []));
	if (parking.length === 0) return [];
	return list.map((waiting, index) => {
		const { condition: condition_expression, triggers, debounce, max, priority, says } = waiting;
		const mode: JsonObject =
			tick === index
				? { trigger_mode: 'on_every_background_tick', min_seconds_between_evaluations: debounce ?? 2 }
				: { trigger_node_logical_ids: triggers, min_seconds_between_evaluations: debounce };
		return expression(
			parking[waiting.source % parking.length] as string,
			`n${waiting.target % kinds.length}`,
			condition_expression,
			{
				condition: {
					condition_expression,
					...(says === 'fixed' ? { static_messages_config: { static_messages: ['so', 'then'] } } : {}),
					...(says === 'generated'
						? { dynamic_messages_config: { dynamic_message_prompt: 'Say that it is so.' } }
						: {}),
				},
				priority,
				evaluate_while_waiting_config: { enabled: true, max_transitions_per_wait: max, ...mode },
			},
		);
	});
}

function companionParts({ forks }: Drawn): { nodes: JsonObject[]; edges: JsonObject[] } {
	if (!forks) return { nodes: [], edges: [] };
	const { from, next, beside, unnamed, max_retries, time_between_retries, expiry_time } = forks;
	// The clock stands still between attempts, so only a pause lets the time of a loop run out.
	const pause = max_retries === null ? Math.max(1, time_between_retries) : time_between_retries;
	const self_loop_config = { enabled: true, max_retries, time_between_retries: pause, expiry_time };
	const poll = { type: 'http_request', logical_id: 'poll', name: 'poll', url: 'https://api.example/poll' };
	const after =
		next === 'line'
			? [line('next', 'beside it all')]
			: next === 'worker'
				? [
						worker('next', false, false, {
							...schema,
							self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 2 },
						}),
					]
				: next === 'say'
					? [say('next', false, false)]
					: [];
	return {
		nodes: [
			{ ...poll, self_loop_config },
			...after,
			...(beside ? [worker('along', false, false, schema)] : []),
		],
		edges: [
			fork(from, 'poll', 'side'),
			...(unnamed ? [fork('entry', 'aside')] : []),
			...(after.length > 0 ? [direct('poll', 'next')] : []),
			...(beside ? [companion('poll', 'along')] : []),
		],
	};
}

/** Graphs of up to eight nodes with every kind of edge; a start node, companions, bounded loops, guardrails. */
export const graphs: fc.Arbitrary<JsonObject> = drawn.map((all) => {
	const { kinds, forks, beside, global, guard, disabled, loop } = all;
	const waits = waitingEdges(all);
	const sources = new Set(waits.map((edge) => String(edge['source_node_logical_id'])));
	const nodes = kinds.map((kind, index): JsonObject => ({
		...nodeOf(kind, `n${index}`),
		...(guard?.node === index ? { is_guardrail_node: true } : {}),
		// The first node is where the run starts or the talk begins.
		...(disabled === index && index > 0 ? { disabled: true } : {}),
	}));
	const side = companionParts(all);
	const edges = [...ownEdges(all, sources), ...waits, ...side.edges];
	const first = nodes[0] as JsonObject;
	first['is_start'] = !forks;
	if (loop && first['type'] !== 'say_llm') first['self_loop_config'] = { enabled: true, ...loop };
	if (global) {
		nodes.push(
			say('everywhere', true, false, {
				global_node_config: {
					is_global: true,
					condition: { condition_freeform: 'help' },
					reverse_conditional_edge: { condition_freeform: 'back' },
				},
			}),
		);
	}
	if (beside) {
		nodes.push(worker('beside', false, false, schema));
		edges.push(companion('n0', 'beside'));
	}
	if (forks) {
		nodes.unshift(noop('entry', { is_start: true }), ...side.nodes);
		if (forks.unnamed)
			nodes.push(
				noop('aside', { self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 4 } }),
			);
		edges.push(direct('entry', 'n0'));
	}
	const strikes: JsonObject = guard
		? {
				guardrail_strikes_config: {
					max_guardrail_nodes_before_escalation: guard.strikes,
					escalation_message: 'Enough.',
				},
			}
		: {};
	return graphOf(nodes, edges, strikes);
});

/** What happens to the run, in order. */
export const commands: fc.Arbitrary<Command[]> = fc.array(
	fc.oneof(
		{
			weight: 6,
			arbitrary: fc
				.constantFrom('hello', 'help me', 'go on', 'back', '2')
				.map((text): Command => ({ type: 'turn', input: turnInput(text) })),
		},
		{ weight: 1, arbitrary: fc.constant<Command>({ type: 'turn', input: turnInput() }) },
		{ weight: 6, arbitrary: fc.constant<Command>({ type: 'pump' }) },
		{ weight: 1, arbitrary: fc.constant<Command>({ type: 'pause' }) },
		{ weight: 1, arbitrary: fc.constant<Command>({ type: 'resume', input: turnInput() }) },
	),
	{ minLength: 1, maxLength: 8 },
);

/** Milliseconds that pass before a command: companions and conditions come due in between, or do not. */
export const pauseBefore = (index: number): number => [1500, 300, 4000, 6000, 900, 2500][index % 6] ?? 0;

/** Answers by a hash of what was asked: the same question gets the same answer, however often it is put. */
export const hashed: Script = (request): Reply => {
	const text = JSON.stringify([request.messages, request.tools.length, request.output?.name ?? null]);
	let hash = 7;
	for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
	if (request.output) {
		const properties = Object.keys((request.output.schema['properties'] ?? {}) as object);
		if (properties.includes('condition_met'))
			return { output: { justification: 'j', condition_met: hash % 3 === 0 } };
		return { output: { mood: hash % 2 ? 'good' : 'bad', count: hash % 4 } };
	}
	if (request.tools.length > 0 && hash % 2 === 0) {
		const name = request.tools[hash % request.tools.length]?.name ?? '';
		return { pickTool: name };
	}
	return { text: `answer ${hash % 97}. And more.` };
};

/** A server that answers every GET alike. */
export const echo: Http = {
	send: (request) =>
		Promise.resolve({
			status: 200,
			headers: { 'content-type': 'application/json' },
			body: new TextEncoder().encode(JSON.stringify({ path: new URL(request.url).pathname })),
		}),
};
