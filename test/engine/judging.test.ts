/** Globals judged beside the main call: what is held back, for how long, and what a verdict does (R3.25–R3.27). */

import { ProviderError } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import type { Tools } from '../../lib/tool/contract';
import { direct, expression, freeform, graphOf, line, noop, say, start } from './graphs';
import { createWorld, type Reply, type Script, type World } from './world';

const sos = (id = 'SOS', more: JsonObject = {}): JsonObject =>
	say(id, true, false, {
		global_node_config: {
			is_global: true,
			condition: { condition_freeform: `${id} holds` },
			global_condition_edge_evaluation_method: 'independent_llm_evaluations',
			...more,
		},
	});

const verdict = (condition_met: boolean, delayMs = 0): Reply => ({
	output: { justification: 'because', condition_met },
	delayMs,
});
const asks = (request: Parameters<Script>[0]) => request.output !== undefined;
const spoken = (world: World) => world.spoken();
const tool = {
	type: 'external_api',
	logical_id: 't',
	name: 'look',
	description: 'look',
	api_endpoint: 'https://x.example/',
	api_method: 'GET',
};

/** A run whose main answer and whose verdict come after the given milliseconds. */
function timed(verdictAfterMs: number, mainAfterMs: number, holds: boolean): World {
	return createWorld({
		graph: graphOf([say('A', true, true, start), sos()]),
		script: (request) =>
			asks(request)
				? verdict(holds, verdictAfterMs)
				: {
						text: request.messages[0]?.content.includes('You are SOS') ? 'help' : 'chat',
						delayMs: mainAfterMs,
					},
	});
}

test('R3.25: evaluators start together and beside the main call, with the same history', async () => {
	const world = createWorld({
		graph: graphOf([say('A', true, true, start), sos('X'), sos('Y')]),
		script: (request) => (asks(request) ? verdict(false, 100) : { text: 'chat', delayMs: 100 }),
	});
	const turn = world.start('hello there');
	await world.clock.move(0);
	expect(world.requests).toHaveLength(3);
	expect(
		world.requests.filter(asks).every((request) => JSON.stringify(request.messages).includes('hello there')),
	).toBe(true);
	await world.clock.move(100);
	await turn;
	const judged = world.wire.filter((event) => event.type === 'condition_evaluator_llm');
	expect(
		judged.map((event) => [event['destination_node_logical_id'], event['is_condition_met']]).sort(),
	).toEqual([
		['X', false],
		['Y', false],
	]);
});

test('R3.26: speech is held back until the verdict is there', async () => {
	const world = timed(3_000, 0, false);
	const turn = world.start('hi');
	await world.clock.move(2_999);
	expect(spoken(world)).toEqual([]);
	await world.clock.move(1);
	await turn;
	expect(spoken(world)).toEqual(['chat']);
});

test('R3.26: after 5 s a missing verdict counts as false, and a late one changes nothing', async () => {
	const world = timed(30_000, 0, true);
	const turn = world.start('hi');
	await world.clock.move(4_999);
	expect(spoken(world)).toEqual([]);
	await world.clock.move(1);
	expect(await turn).toBe('S(A) P(A)');
	await world.clock.move(60_000);
	expect(spoken(world)).toEqual(['chat']);
	expect(world.types()).not.toContain('condition_evaluator_llm');
	expect(world.types()).not.toContain('discarded_main_llm');
});

test('R3.26: a match throws the answer away before it is said, and the tools it asked for are not called', async () => {
	const calls: string[] = [];
	const tools: Tools = {
		call: ({ tool: { name } }) => {
			calls.push(name ?? '');
			return Promise.resolve({ ok: true, value: 1 });
		},
		sideEffectOf: () => 'writes',
	};
	const world = createWorld({
		graph: graphOf([say('A', true, true, { ...start, tools_config: { tools: [tool] } }), sos()]),
		tools,
		script: (request) => {
			if (asks(request)) return verdict(true, 1_000);
			return request.messages[0]?.content.includes('You are SOS')
				? { text: 'help is near' }
				: { text: 'let me look', tools: [{ name: 'look', arguments: {} }] };
		},
	});
	const turn = world.start('fire');
	await world.clock.move(1_000);
	expect(await turn).toBe('S(A) →g S(SOS) END');
	expect(spoken(world)).toEqual(['help is near']);
	expect(calls).toEqual([]);
	expect(world.state.threads['0']?.history.map((message) => message.content)).not.toContain('let me look');
	expect(world.wire.find((event) => event.type === 'discarded_main_llm')).toMatchObject({
		reason: 'global_condition_matched',
		message: { content: 'let me look' },
	});
	expect(world.wire.find((event) => event.type === 'conditional_edge')).toMatchObject({
		reason: 'because',
		edge_name: 'SOS',
	});
});

test('R3.5, R12.18: of several true evaluations the first node in the list wins, even when it answers last', async () => {
	let judged = 0;
	const world = createWorld({
		graph: graphOf([say('A', true, true, start), sos('X'), sos('Y')]),
		script: (request) => {
			if (!asks(request)) return { text: 'ok' };
			judged += 1;
			return verdict(judged <= 2, JSON.stringify(request.messages).includes('X holds') ? 2_000 : 10);
		},
	});
	world.clock.jumps = true;
	expect(await world.start('fire')).toBe('S(A) →g S(X) END');
});

test('R3.27: an evaluation that cannot be read or had counts as false, with a warning', async () => {
	for (const reply of [
		{ output: { condition_met: 'perhaps' } },
		{ fail: new ProviderError('LLM_OUTPUT_UNPARSABLE', 'no JSON') },
	]) {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), sos()]),
			script: (request) => (asks(request) ? reply : { text: 'chat' }),
		});
		expect(await world.start('hi')).toBe('S(A) P(A)');
		expect(world.warnings()).toHaveLength(1);
	}
});

test('R3.16: the node’s method counts, then the workflow’s, then tool_call', async () => {
	const methods = async (node: string | undefined, workflow: string | undefined) => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					sos('G', { global_condition_edge_evaluation_method: node ?? 'workflow_default' }),
				],
				[],
				workflow === undefined ? {} : { global_condition_evaluation_method: workflow },
			),
			script: (request) => (asks(request) ? verdict(false) : { text: 'ok' }),
		});
		await world.start('hi');
		return world.requests.some(asks) ? 'independent' : 'tool';
	};
	expect(await methods(undefined, undefined)).toBe('tool');
	expect(await methods(undefined, 'independent_llm_evaluations')).toBe('independent');
	expect(await methods('tool_call', 'independent_llm_evaluations')).toBe('tool');
	expect(await methods('independent_llm_evaluations', 'tool_call')).toBe('independent');
});

test('R3.15: a node without a model asks one evaluator for each freeform exit, with its result as data', async () => {
	const world = createWorld({
		graph: graphOf(
			[noop('A', start), line('B'), line('C')],
			[freeform('A', 'B', 'first'), freeform('A', 'C', 'second')],
		),
		script: (request) => verdict(JSON.stringify(request.messages).includes('second')),
	});
	expect(await world.start()).toBe('W(A) →c S(C) END');
	expect(world.requests).toHaveLength(2);
	expect(JSON.stringify(world.requests[0]?.messages)).toContain('success');
});

test('R3.15: without any model such an exit is never taken, and the run says so', async () => {
	const world = createWorld({
		graph: graphOf([noop('A', start), line('B')], [freeform('A', 'B')], { llms_config: { type: 'no_llm' } }),
	});
	expect(await world.start()).toBe('W(A) END');
	expect(world.warnings()).toHaveLength(1);
});

test('R3.23: a dynamic line of an expression edge is generated by one more call, and only for the edge that is taken', async () => {
	const dynamic = (from: string, to: string, text: string) =>
		expression(from, to, text, {
			condition: {
				condition_expression: text,
				dynamic_messages_config: { dynamic_message_prompt: `go to ${to}` },
			},
		});
	const world = createWorld({
		graph: graphOf(
			[noop('A', start), line('B'), line('C')],
			[dynamic('A', 'B', '1 == 2'), dynamic('A', 'C', '1 == 1')],
		),
		script: () => ({ text: 'this way' }),
	});
	await world.start();
	expect(world.requests).toHaveLength(1);
	expect(spoken(world)).toEqual(['this way', 'line of C']);
});

test('R1.20: an override holds for its node and for one turn', async () => {
	const urls: string[] = [];
	const world = createWorld({
		graph: graphOf(
			[
				say('A', true, true, start),
				{ type: 'http_request', logical_id: 'H', name: 'H', url: 'https://own.example/' },
			],
			[direct('A', 'H'), direct('H', 'A')],
		),
		http: {
			send: ({ url }) => {
				urls.push(new URL(url).host);
				return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() });
			},
		},
	});
	await world.start();
	await world.say('one', {
		overrides: { H: { override_url: 'https://other.example/' }, A: { override_url: 'https://no.example/' } },
	});
	const after = urls.length;
	await world.say('two');
	expect(new Set(urls.slice(0, after))).toEqual(new Set(['other.example']));
	expect(new Set(urls.slice(after))).toEqual(new Set(['own.example']));
});
