/** Variables in whole runs: where placeholders are filled, names and scopes (4.1, 4.2). */

import type { JsonObject } from '../../lib/json';
import { direct, fork, freeform, graphOf, line, noop, say, start } from './graphs';
import { apiTool, giving, toolNode, variables } from './tools';
import { createWorld } from './world';

const defaults = (values: JsonObject) => ({ miscellaneous: { default_dynamic_variables: values } });

describe('where placeholders are filled', () => {
	test('R4.1: prompts, conditions, messages, edge texts, addresses, headers, bodies and SMS', async () => {
		const sent: string[] = [];
		const world = createWorld({
			graph: graphOf(
				[
					{
						type: 'http_request',
						logical_id: 'H',
						name: 'H',
						...start,
						method: 'POST',
						url: 'https://x.example/{{who}}',
						headers: { 'X-Who': '{{who}}' },
						body_parameters: '{"who": "{{who}}"}',
					},
					{
						type: 'send_sms',
						logical_id: 'M',
						name: 'M',
						destination_phone_number: '{{phone}}',
						message: 'for {{who}}',
					},
					say('A', true, false, { main_response_config: { prompt: 'You serve {{who}}.' } }),
					line('B', 'hello {{who}} [[http_request_result.ok]]'),
				],
				[
					direct('H', 'M'),
					direct('M', 'A'),
					freeform('A', 'B', 'ask about {{who}}', {
						condition: {
							condition_freeform: 'ask about {{who}}',
							static_messages_config: { static_messages: ['bye {{who}}'] },
						},
					}),
				],
				defaults({ who: 'Ada', phone: '+14155550100' }),
			),
			http: {
				send: (request) => {
					sent.push(request.url, JSON.stringify(request.headers), Buffer.from(request.body ?? '').toString());
					return Promise.resolve({ status: 200, headers: {}, body: new TextEncoder().encode('{"ok": 1}') });
				},
			},
			script: () => ({ pick: 'B' }),
		});
		await world.start('hi');
		for (const text of sent) expect(text).toContain('Ada');
		expect(world.requests[0]?.messages[0]?.content).toContain('You serve Ada.');
		expect(world.requests[0]?.tools[0]?.description).toContain('ask about Ada');
		expect(world.spoken()).toEqual(['bye Ada', 'hello Ada 1']);
		expect(world.wire.find((event) => event.type === 'send_sms')?.['destination_phone_number']).toBe(
			'+14155550100',
		);
	});

	test('R4.7: what users, tools and models say is never scanned again', async () => {
		const world = createWorld({
			graph: graphOf(
				[say('A', true, false, start), toolNode('T', apiTool()), line('B', 'said [[tool_result]] {{echo}}')],
				[direct('A', 'T'), direct('T', 'B')],
				defaults({ secret: 'X' }),
			),
			tools: giving('{{secret}}'),
			script: () => ({ text: '{{secret}}' }),
		});
		await world.start('{{secret}}', { dynamicVariables: { echo: '{{secret}}' } });
		expect(world.spoken()).toEqual(['{{secret}}', 'said {{secret}} {{secret}}']);
	});

	test('R4.8, R4.9: forms of values, and one warning for each unknown placeholder and turn', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					line('A', '{{no}} {{none}} {{list}} {{ok}} {{nil}}.', start),
					line('B', '{{none}}'),
					say('C', true, true),
				],
				[direct('A', 'B'), direct('B', 'C')],
			),
			surroundings: { globals: { no: 1.5, list: [1, { a: null }], ok: false, nil: null } },
		});
		await world.start();
		expect(world.spoken()).toEqual(['1.5 {{none}} [1,{"a":null}] false {{nil}}.', '{{none}}']);
		expect(world.warnings().filter((text) => text.includes('{{none}}'))).toHaveLength(1);
	});
});

test('R4.9a: a missing managed prompt is told of once a run, however it is spelled', async () => {
	const prompt = '<<<managed_prompt:tone>>> <<<managed_prompt: tone >>>';
	const world = createWorld({
		graph: graphOf([say('A', true, true, { ...start, main_response_config: { prompt } })]),
	});
	await world.start('hi');
	await world.say('and again');
	expect(world.warnings()).toEqual([expect.stringContaining('managed prompt "tone"')]);
});

test('R4.9, R4.12: names that every object inherits are unknown names', async () => {
	const text =
		'[[__proto__]] [[constructor]] [[toString.length]] {{constructor}} {{__proto__.x}} [[thread_0.valueOf]]';
	const world = createWorld({ graph: graphOf([line('A', text, start)]) });
	await world.start();
	expect(world.spoken()).toEqual([text]);
	expect(world.state.status).toBe('completed');
});

describe('names and scopes', () => {
	test('R4.10: every write stands under its name, the id and the name of its node', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('A', { ...start, name: 'Collect Insurance' }),
					noop('B'),
					line(
						'C',
						'[[A.no_op_result_success]] [[Collect Insurance.no_op_result_success]] [[no_op_result_success]]',
					),
				],
				[direct('A', 'B'), direct('B', 'C')],
			),
		});
		await world.start();
		expect(world.spoken()).toEqual(['true true true']);
		expect(
			Object.keys(variables(world))
				.filter((name) => name.endsWith('no_op_result_success'))
				.sort(),
		).toEqual(
			[
				'A.no_op_result_success',
				'B.no_op_result_success',
				'Collect Insurance.no_op_result_success',
				'no_op_result_success',
			].sort(),
		);
	});

	test('R4.13, R4.10: only a mapping of workflow scope writes the shared store, which every thread reads', async () => {
		const mapped = apiTool({
			result_variable_mappings: [
				{ target_variable_name: 'shared', result_path: 'a', scope: 'workflow' },
				{ target_variable_name: 'own', result_path: 'a' },
			],
		});
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('wait', { delay_seconds: 1 }),
					{ ...toolNode('T', mapped), name: 'The tool' },
					line('B', '[[shared]]'),
					line('C', '[[shared]] [[T.shared]] [[The tool.shared]] [[own]]'),
				],
				[direct('e', 'T'), fork('e', 'wait', 'x'), direct('wait', 'C'), direct('T', 'B')],
			),
			tools: giving({ a: 7 }),
		});
		world.clock.jumps = true;
		await world.start();
		expect({ ...world.state.workflowVariables }).toEqual({
			shared: 7,
			'T.shared': 7,
			'The tool.shared': 7,
		});
		expect(variables(world)).toMatchObject({ own: 7 });
		expect(variables(world)).not.toHaveProperty('shared');
		expect(world.spoken()).toContain('7');
		expect(world.spoken()).toContain('7 7 7 [[own]]');
	});

	test('R4.11: a thread is read by its authored id, also after it has ended; one without an id is not', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('n'),
					noop('m'),
					say('A', true, true),
					line(
						'B',
						'[[thread_x.no_op_result_success]] [[thread_0.no_op_result_success]] [[thread_y.no_op_result_success]]',
					),
				],
				[direct('e', 'A'), fork('e', 'n', 'x'), fork('e', 'm'), freeform('A', 'B')],
			),
			script: () => ({ pick: 'B' }),
		});
		await world.start();
		expect(Object.values(world.state.threads).filter((thread) => thread.status === 'ended')).toHaveLength(2);
		await world.say('go');
		expect(world.spoken()).toEqual(['true true [[thread_y.no_op_result_success]]']);
	});

	test('R4.15, R4.16: what is present from the start; variables of an input go to thread 0 and replace by key', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					say('A', true, true, start),
					line(
						'B',
						'[[x]] [[input_dynamic_variables.a]] [[all_dynamic_variables.year]] [[workflow_invoke_count]]',
					),
				],
				[freeform('A', 'B'), direct('B', 'A')],
			),
			script: (request) => (request.tools.length > 0 ? { pick: 'B' } : { text: 'ok' }),
		});
		await world.start(undefined, { runtimeVariables: { x: { old: 1 } }, dynamicVariables: { a: 'A' } });
		await world.say('go', { runtimeVariables: { x: { now: 2 } } });
		expect(world.spoken()[0]).toBe('{"now":2} A 2026 1');
		expect(
			world.wire.find((event) => event.type === 'end_workflow_iteration')?.['run_input_output_pair'],
		).toMatchObject({
			run_input: {
				runtime_variables: { x: { old: 1 }, workflow_invoke_count: 0, input_dynamic_variables: { a: 'A' } },
			},
		});
	});

	test('R4.14: the runtime’s own keys cannot be written by results and are not readable from the shared store', async () => {
		const mapped = apiTool({ expand_result_into_runtime_variables: true });
		const world = createWorld({
			graph: graphOf(
				[toolNode('T', mapped, start), line('B', '[[_hidden]] [[shown]] [[_input_dynamic_variables]]')],
				[direct('T', 'B')],
			),
			tools: giving({ _hidden: 1, shown: 2 }),
		});
		await world.start();
		expect(world.spoken()).toEqual(['[[_hidden]] 2 [[_input_dynamic_variables]]']);
	});

	test('R4.41: a write is visible at once on its thread and at the next lookup of another', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					noop('e', start),
					noop('n'),
					noop('wait', { delay_seconds: 1 }),
					line('B', '[[thread_x.no_op_result_success]]'),
				],
				[direct('e', 'wait'), fork('e', 'n', 'x'), direct('wait', 'B')],
			),
		});
		const turn = world.start();
		await world.clock.move(1000);
		await turn;
		expect(world.spoken()).toEqual(['true']);
	});
});
