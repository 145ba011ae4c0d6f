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

/** Graphs of up to eight nodes with every kind of edge; a start node, companions, bounded loops. */
export const graphs: fc.Arbitrary<JsonObject> = fc
	.record({
		kinds: fc.array(fc.nat(8), { minLength: 2, maxLength: 7 }),
		exits: fc.array(exits, { minLength: 7, maxLength: 7 }),
		forks: fc.boolean(),
		beside: fc.boolean(),
		global: fc.boolean(),
		loop: fc.option(fc.record({ max_retries: fc.nat(3), time_between_retries: fc.nat(2) })),
	})
	.map(({ kinds, exits: ways, forks, beside, global, loop }) => {
		const ids = kinds.map((_, index) => `n${index}`);
		const nodes = kinds.map((kind, index) => nodeOf(kind, `n${index}`));
		const idAt = (index: number) => ids[index % ids.length] as string;
		const edges: JsonObject[] = [];
		ids.forEach((id, index) => {
			const way = ways[index];
			if (!way) return;
			if (way.direct) edges.push(direct(id, idAt(way.target)));
			else if (way.kind === 0)
				edges.push(freeform(id, idAt(way.target)), freeform(id, idAt(way.other), 'other'));
			else if (way.kind === 1)
				edges.push(expression(id, idAt(way.target), "[[mood]] == 'good'"), freeform(id, idAt(way.other)));
			else if (way.kind === 2) edges.push(expression(id, idAt(way.target), '[[count]] >= 2'));
		});
		const first = { ...nodes[0], is_start: true } as JsonObject;
		if (loop && first['type'] !== 'say_llm') first['self_loop_config'] = { enabled: true, ...loop };
		nodes[0] = first;
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
			nodes.unshift(noop('entry', { is_start: true }), {
				type: 'http_request',
				logical_id: 'poll',
				name: 'poll',
				url: 'https://api.example/poll',
				self_loop_config: { enabled: true, max_retries: 2, time_between_retries: 1 },
			});
			first['is_start'] = false;
			edges.push(direct('entry', 'n0'), fork('entry', 'poll', 'side'));
		}
		return graphOf(nodes, edges);
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
		{ weight: 2, arbitrary: fc.constant<Command>({ type: 'pump' }) },
		{ weight: 1, arbitrary: fc.constant<Command>({ type: 'pause' }) },
		{ weight: 1, arbitrary: fc.constant<Command>({ type: 'resume', input: turnInput() }) },
	),
	{ minLength: 1, maxLength: 6 },
);

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
