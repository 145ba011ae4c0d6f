/** Tool rounds, limits of turns at a node, and calls that fail (2.6, 2.7). */

import { ProviderError } from '../../lib/errors';
import { direct, expression, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { giving, history, offeredTool } from './tools';
import { createWorld } from './world';

describe('rounds', () => {
	test('R2.44, R2.45, R2.46: after the last round only edges are left, and calls beside an edge run before it is taken', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, { ...start, tools_config: { tools: [offeredTool('look')] } }), line('B')],
				[freeform('A', 'B')],
			),
			tools: giving('found'),
			script: (_request, call) => (call === 0 ? { tools: [{ name: 'look', arguments: {} }] } : { pick: 'B' }),
		});
		expect(await world.start('hi')).toBe('S(A) →c S(B) END');
		const names = world.requests.map((request) => request.tools.map((each) => each.name.split('_')[0]));
		expect(names).toEqual([['look', 'Destination'], ['Destination']]);

		const both = createWorld({
			graph: world.graph,
			tools: giving('found'),
			script: () => ({ tools: [{ name: 'look', arguments: {} }], pick: 'B' }),
		});
		expect(await both.start('hi')).toBe('S(A) →c S(B) END');
		expect(both.requests).toHaveLength(1);
		expect(history(both).map((message) => message.type)).toEqual(['human', 'ai', 'tool', 'ai', 'ai']);
		expect(both.state.threads['0']?.variables['tool_result']).toBe('found');
	});
});

test('R2.51: the variable of Max Turns is forgotten when the next visit begins', async () => {
	const world = createWorld({
		graph: graphOf(
			[say('A', true, true, { ...start, max_turns: 1 }), say('B', true, true)],
			[
				freeform('B', 'A'),
				{ ...freeform('A', 'B'), condition: { condition_expression: '[[max_turns_reached]] == true' } },
			],
		),
		script: (request) =>
			request.messages.at(-1)?.content === 'back' && request.tools.length > 0
				? { pick: 'A' }
				: { text: 'ok' },
	});
	await world.start();
	expect(await world.say('one')).toBe('S(A) →c S(B) P(B)');
	expect(world.state.threads['0']?.variables['max_turns_reached']).toBe(true);
	expect(await world.say('back')).toBe('S(B) →c S(A) →c S(B) P(B)');
	const writes = world.log.flatMap((event) =>
		event.type === 'wrote' ? [event.values['max_turns_reached']] : [],
	);
	expect(writes).toEqual([true, null, true]);
});

test.each([
	[true, 'S(A) →c S(C) END'],
	[false, 'S(A) P(A)'],
])(
	'R2.49, R3.11: after an error message no edge of a model is taken; an expression that is %p decides',
	async (holds, trace) => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B'), line('C')],
				[freeform('A', 'B'), expression('A', 'C', `1 == ${holds ? 1 : 2}`)],
			),
			script: () => ({ fail: new ProviderError('LLM_UNAVAILABLE', 'gone') }),
		});
		expect(await world.start('hi')).toBe(trace);
		if (!holds) expect(world.state.threads['0']?.owed).toBe(false);
	},
);

test('R2.50: a worker without an answer leaves an empty object and a warning, and goes on', async () => {
	const world = createWorld({
		graph: graphOf([worker('W', false, false, start), noop('B')], [direct('W', 'B')]),
		script: () => ({ fail: new ProviderError('LLM_UNAVAILABLE', 'gone') }),
	});
	expect(await world.start()).toBe('W(W) →d W(B) END');
	expect(world.warnings()).toHaveLength(1);
	const ended = world.wire.find((event) => event.type === 'end_node_run');
	expect(ended?.['run_output']).toMatchObject({ structured_output: {} });
});
