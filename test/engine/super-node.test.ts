/** Super nodes at run time: entry values, interior settings, exits and ways back (R7.3). */

import { loadGraph } from '../../lib/graph/build';
import { expandSuperNodes } from '../../lib/graph/expand';
import type { JsonObject } from '../../lib/json';
import { direct, expression, freeform, graphOf, line, noop, say, start } from './graphs';
import { createWorld, type Script } from './world';

const superNode = (id: string, inner: JsonObject, more: JsonObject = {}): JsonObject => ({
	type: 'super_node',
	logical_id: id,
	name: id,
	encapsulated_workflow_config: inner,
	...more,
});

const field = (name: string, target: JsonObject): JsonObject => ({
	name,
	required: false,
	mappings: [target],
});

async function worldOf(graph: JsonObject, script?: Script) {
	const expanded = await expandSuperNodes(loadGraph(graph));
	expect(expanded.faults.filter((fault) => fault.severity === 'error')).toEqual([]);
	return createWorld({ graph: expanded.graph, script });
}

describe('super nodes', () => {
	test('R7.3.3–R7.3.5: control enters at the interior start and leaves over the placeholder edges', async () => {
		const inner = graphOf(
			[line('hello', 'Hello from inside', start), line('bye', 'Bye from inside')],
			[direct('hello', 'bye')],
		);
		const world = await worldOf(
			graphOf([noop('A', start), superNode('S', inner), line('B')], [direct('A', 'S'), direct('S', 'B')]),
		);
		expect(await world.start()).toBe('W(A) →d S(S__hello) →d S(S__bye) →d S(B) END');
		expect(world.types()).not.toContain('super_node');
	});

	test('R7.3.5: a conditional exit names the placeholder it came from', async () => {
		const inner = graphOf([noop('work', start)]);
		const world = await worldOf(
			graphOf(
				[superNode('S', inner, start), line('B')],
				[expression('S', 'B', '[[no_op_result_success]] == true')],
			),
		);
		expect(await world.start()).toBe('W(S__work) →c S(B) END');
		expect(world.wire.find((event) => event.type === 'conditional_edge')).toMatchObject({
			super_node_exit_origin: 'S',
		});
	});

	test('R7.3.5, R9.2: an exit keeps its id in events, from whichever end of the interior it is taken', async () => {
		const inner = graphOf(
			[noop('work', start), noop('one'), noop('two')],
			[expression('work', 'one', '[[go]] == 1'), expression('work', 'two', '[[go]] == 2')],
		);
		const graph = graphOf(
			[superNode('S', inner, start), line('B')],
			[expression('S', 'B', 'isPresent([[go]])', { logical_id: 'exit' })],
		);
		for (const [go, end] of [
			[1, 'S__one'],
			[2, 'S__two'],
		] as const) {
			const world = await worldOf(graph);
			expect(await world.start(undefined, { runtimeVariables: { go } })).toBe(
				`W(S__work) →c W(${end}) →c S(B) END`,
			);
			const exit = world.wire.filter((event) => event.type === 'conditional_edge').at(-1);
			expect(exit).toMatchObject({
				edge_logical_id: 'exit',
				super_node_exit_origin: 'S',
				source_node_logical_id: end,
			});
		}
	});

	test('R7.3.11, R4.17: dynamic values are filled on entry and visible inside only; runtime ones are thread variables', async () => {
		const inner = graphOf([line('hello', '{{greeting}} [[max_tries]]', start)]);
		const world = await worldOf(
			graphOf(
				[
					noop('A', start),
					superNode('S', inner, {
						field_values: { greeting: 'Good [[no_op_result_success]] {{who}}', tries: 3 },
						super_node_interface: {
							input_fields: [
								field('greeting', { target_type: 'dynamic_variable', target_variable_name: 'greeting' }),
								field('tries', { target_type: 'runtime_variable', target_variable_name: 'max_tries' }),
							],
						},
					}),
					line('B', '{{greeting}} [[max_tries]]'),
				],
				[direct('A', 'S'), direct('S', 'B')],
				{ miscellaneous: { default_dynamic_variables: { who: 'Ada' } } },
			),
		);
		await world.start();
		expect(world.spoken()).toEqual(['Good true Ada 3', '{{greeting}} 3']);
	});

	test('R7.3.8, R7.3.9: interior nodes use the prompts and the default model of their own workflow', async () => {
		const inner = graphOf([say('ask', true, true, start)], [], {
			default_prompt_prefix: 'Inner prefix.',
			llms_config: { type: 'anthropic_llm', model: 'inner-model' },
		});
		const world = await worldOf(
			graphOf([superNode('S', inner, start)], [], { default_prompt_prefix: 'Outer prefix.' }),
		);
		await world.start('hi');
		expect(world.requests[0]?.messages[0]?.content).toContain('Inner prefix.');
		expect(world.requests[0]?.messages[0]?.content).not.toContain('Outer prefix.');
		expect(world.requests[0]?.config).toMatchObject({ model: 'inner-model' });
	});

	test("R7.3.8: without a default of its own the interior uses the parent's", async () => {
		const inner = graphOf([say('ask', true, true, start)], [], { llms_config: { type: 'no_llm' } });
		const world = await worldOf(
			graphOf([superNode('S', inner, start)], [], {
				llms_config: { type: 'openai_llm', model: 'outer-model' },
			}),
		);
		await world.start('hi');
		expect(world.requests[0]?.config).toMatchObject({ model: 'outer-model' });
	});

	test('R2.36: the interior shares the thread and its history', async () => {
		const inner = graphOf([say('ask', true, true, start)]);
		const world = await worldOf(
			graphOf([say('A', true, true, start), superNode('S', inner)], [freeform('A', 'S')]),
			(request) =>
				request.tools.length > 0 && request.messages.at(-1)?.content === 'go'
					? { pick: 'ask' }
					: { text: 'ok' },
		);
		await world.start();
		await world.say('first');
		expect(await world.say('go')).toBe('S(A) →c S(S__ask) P(S__ask)');
		expect(
			world.requests
				.at(-1)
				?.messages.filter((message) => message.role === 'user')
				.map((message) => message.content),
		).toEqual(['first', 'go']);
	});
});
