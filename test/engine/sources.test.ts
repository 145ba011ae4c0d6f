/** Variables in whole runs: where dynamic values come from, and what nodes write (4.3, 4.5). */

import type { JsonObject } from '../../lib/json';
import type { Tools } from '../../lib/tool/contract';
import { direct, expression, freeform, graphOf, line, noop, say, start, worker } from './graphs';
import { apiTool, giving, toolNode, variables } from './tools';
import { createWorld, turnInput } from './world';

const defaults = (values: JsonObject) => ({ miscellaneous: { default_dynamic_variables: values } });

describe('sources of dynamic variables', () => {
	const graph = graphOf([line('A', '{{name}} {{year}}', start)], [], defaults({ name: 'default', year: 1 }));
	const speak = async (
		input: JsonObject,
		provided: JsonObject = {},
		globals: JsonObject = { name: 'global' },
	) => {
		const world = createWorld({ graph, surroundings: { globals } });
		await world.send({
			type: 'turn',
			input: turnInput(undefined, { dynamicVariables: input }),
			begin: {
				runId: 'r',
				workflowId: null,
				versionNumber: null,
				versionName: null,
				seed: 's',
				runBy: null,
				welcomeMessage: null,
				startNodeId: null,
				provided,
				miscellaneous: {},
				source: null,
			},
		});
		return world.spoken()[0];
	};

	test('R4.19, R4.20: system, input, provided, workflow default, global', async () => {
		expect(await speak({ name: 'input', year: 1999 }, { name: 'provided' })).toBe('input 2026');
		expect(await speak({}, { name: 'provided' })).toBe('provided 2026');
		expect(await speak({})).toBe('default 2026');
		const plain = createWorld({
			graph: graphOf([line('A', '{{name}} {{global.name}}', start)]),
			surroundings: { globals: { name: 'global' } },
		});
		await plain.start();
		expect(plain.spoken()).toEqual(['global global']);
	});

	test('R4.20: the same key at the top of the workflow has no effect', async () => {
		const world = createWorld({
			graph: graphOf([line('A', '{{name}}', start)], [], { default_dynamic_variables: { name: 'x' } }),
		});
		await world.start();
		expect(world.spoken()).toEqual(['{{name}}']);
	});

	test('R4.21: blank values do not hide the next source; later turns merge over earlier ones', async () => {
		expect(await speak({ name: '  ' })).toBe('default 2026');
		const world = createWorld({
			graph: graphOf(
				[say('A', true, true, start), line('B', '{{p.a}} {{p.b}}')],
				[expression('A', 'B', '{{p.b}} == 2')],
			),
		});
		await world.start(undefined, { dynamicVariables: { p: { a: 1 } } });
		await world.say('go', { dynamicVariables: { p: { b: 2 } } });
		expect(world.spoken()).toEqual(['ok', '1 2']);
	});

	test('R4.22: system values stay the same through a turn and change with the next', async () => {
		const world = createWorld({
			graph: graphOf(
				[
					line('A', '{{rand_int}} {{timestamp_ms}}', start),
					noop('W', { delay_seconds: 5 }),
					line('B', '{{rand_int}} {{timestamp_ms}}'),
					say('C', true, true),
				],
				[direct('A', 'W'), direct('W', 'B'), direct('B', 'C'), freeform('C', 'A')],
			),
			script: (request) => (request.tools.length > 0 ? { pick: 'A' } : { text: 'x' }),
		});
		world.clock.jumps = true;
		await world.start();
		const [first, second] = world.spoken();
		expect(second).toBe(first);
	});
});

describe('writes', () => {
	test('R4.30: the outcome of a tool node is a boolean and a text, null when it went well', async () => {
		const run = async (tools: Tools) => {
			const world = createWorld({
				graph: graphOf([toolNode('T', apiTool({ result_runtime_variable_name: 'found' }), start)]),
				tools,
			});
			await world.start();
			return variables(world);
		};
		expect(await run(giving(3))).toMatchObject({ found: 3, found_success: true, found_error: null });
		const failing: Tools = {
			call: () => Promise.resolve({ ok: false, code: 'TOOL_FAILED', message: 'broken' }),
			sideEffectOf: () => 'reads',
		};
		expect(await run(failing)).toMatchObject({ found: null, found_success: false, found_error: 'broken' });
	});

	test('R4.31: repeated extraction keeps what the new object does not say', async () => {
		const schema = {
			structured_output_schema: {
				type: 'object',
				properties: { name: { type: 'string' }, age: { type: 'integer' } },
			},
		};
		const answers: JsonObject[] = [{ name: 'Ada', age: 36 }, { name: null, age: 37 }, {}];
		const world = createWorld({
			graph: graphOf([worker('W', true, true, { ...start, ...schema })]),
			script: (_request, call) => ({ output: answers[call] ?? {} }),
		});
		await world.start();
		for (const message of ['a', 'b', 'c']) await world.say(message);
		expect(variables(world)).toMatchObject({ name: 'Ada', age: 37 });
	});

	test('R3.37: a value can never change the structure of a condition', async () => {
		const world = createWorld({
			graph: graphOf(
				[noop('A', start), line('B'), line('C')],
				[expression('A', 'B', "{{who}} == 'admin'"), expression('A', 'C', 'isPresent({{who}})')],
			),
		});
		expect(await world.start(undefined, { dynamicVariables: { who: "x' OR 1 == 1 OR 'admin" } })).toBe(
			'W(A) →c S(C) END',
		);
	});
});
