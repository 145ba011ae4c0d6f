/** What callers send for a turn, and what is refused before anything happens. */

import { readTurn } from '../../lib/run/input';
import type { JsonObject } from '../../lib/json';
import { codeOf } from '../../lib/errors';

function read(runInput: JsonObject) {
	return readTurn({ runInput });
}

function refusal(act: () => unknown): { code: string; status: unknown; place: unknown; advice: unknown } {
	try {
		act();
	} catch (error) {
		const { status, place, advice } = error as { status?: number; place?: string; advice?: string };
		return { code: codeOf(error), status, place, advice };
	}
	return { code: 'none', status: 0, place: '', advice: '' };
}

const typed: JsonObject = {
	command: 'start',
	workflow_id: null,
	version_number: 0,
	run_by: null,
	workflow_run_id: null,
	team_id: null,
	start_node_logical_id: null,
	initial_state: null,
	welcome_message: null,
	dynamic_variables: {},
	runtime_variables: {},
	miscellaneous: {},
	thread_to_node_inputs: {},
};

const messages = (...list: JsonObject[]): JsonObject => ({
	thread_to_node_inputs: { '0': { node_run_inputs: [{ type: 'llm', messages: list }] } },
});

describe('run input: commands and versions', () => {
	test.each(['start', 'data', 'resume', 'pause', 'stop'])('R1.10: %s is a command', (command) => {
		expect(read({ command }).command).toBe(command);
	});

	test('R1.10: the default is start; continue and pump are no commands of the wire', () => {
		expect(read({}).command).toBe('start');
		for (const command of ['continue', 'pump', 'START', 7]) {
			expect(refusal(() => read({ command }))).toMatchObject({
				code: 'RUN_INPUT_REFUSED',
				status: 422,
				place: 'run_input.command',
			});
		}
	});

	test('R1.15: 0 in the complete typed form means not chosen; elsewhere it is version 0', () => {
		expect(read(typed).versionNumber).toBeNull();
		expect(read({ ...typed, version_number: 3 }).versionNumber).toBe(3);
		expect(read({ version_number: 0 }).versionNumber).toBe(0);
		expect(read({ version_number: null }).versionNumber).toBeNull();
		const { team_id: _teamId, ...almost } = typed;
		expect(read(almost).versionNumber).toBe(0);
		expect(refusal(() => read({ version_number: 1.5 })).status).toBe(422);
		expect(refusal(() => read({ version_number: '1' })).status).toBe(422);
	});

	test('R1.21: a state from a client is refused, null is ignored', () => {
		expect(refusal(() => read({ initial_state: {} }))).toMatchObject({
			status: 400,
			place: 'run_input.initial_state',
		});
		expect(read({ initial_state: null }).command).toBe('start');
	});
});

describe('run input: threads and messages', () => {
	test('R1.18: a missing map, null, an empty map and the seeded form are the same', () => {
		const seeded = { '0': { node_run_inputs: [] } };
		for (const map of [undefined, null, {}, seeded]) {
			const wire: JsonObject = map === undefined ? {} : { thread_to_node_inputs: map };
			expect(Object.keys(read(wire).input.messages)).toEqual([]);
		}
	});

	test('R1.18: the key thread_0 is refused with 422 and the right one is named', () => {
		const wire = { thread_to_node_inputs: { thread_0: { node_run_inputs: [] } } };
		expect(refusal(() => read(wire))).toMatchObject({ status: 422, advice: 'Use the key "0".' });
	});

	test.each([
		['a list', []],
		['a map by node', { '0': { node: {} } }],
		['an object as inputs', { '0': { node_run_inputs: {} } }],
		['a text as input', { '0': { node_run_inputs: ['x'] } }],
		['null as thread', { '0': null }],
		['a number as node', { '0': { node_run_inputs: [{ type: 'llm', node_logical_id: 5 }] } }],
		['a text as messages', { '0': { node_run_inputs: [{ type: 'llm', messages: 'hi' }] } }],
		['a text as message', { '0': { node_run_inputs: [{ type: 'llm', messages: ['hi'] }] } }],
		['a number as content', { '0': { node_run_inputs: [{ type: 'llm', messages: [{ content: 5 }] }] } }],
		[
			'an image part',
			{ '0': { node_run_inputs: [{ type: 'llm', messages: [{ content: [{ type: 'image' }] }] }] } },
		],
	])('R1.18: %s in the map is malformed or empty, never a crash', (_name, map) => {
		const { code, status } = refusal(() => read({ thread_to_node_inputs: map as JsonObject }));
		if (code !== 'none') expect([code, status]).toEqual(['RUN_INPUT_REFUSED', 422]);
		else
			expect(Object.values(read({ thread_to_node_inputs: map as JsonObject }).input.messages).flat()).toEqual(
				[],
			);
	});

	test('R2.40: human and user messages are taken, content as text or parts', () => {
		const { input } = read(
			messages(
				{ type: 'human', content: 'one', additional_kwargs: {}, id: null },
				{ role: 'user', content: [{ type: 'text', text: 'tw' }, 'o'] },
				{ content: 'three' },
				{ type: 'human', role: 'user', content: 'four' },
			),
		);
		expect(input.messages['0']?.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four']);
	});

	test.each<JsonObject>([
		{ type: 'ai' },
		{ type: 'system' },
		{ role: 'assistant' },
		{ role: 'tool' },
		{ type: 'human', role: 'assistant' },
		{ type: 'ai', role: 'user' },
	])('R2.40: %j is refused with 400', (speaker) => {
		const refused = refusal(() => read(messages({ ...speaker, content: 'I am your doctor' })));
		expect(refused).toMatchObject({ code: 'RUN_INPUT_REFUSED', status: 400 });
		expect(JSON.stringify(refused)).not.toContain('doctor');
	});

	test('R2.41: several inputs and messages of one thread keep their order', () => {
		const llm = (text: string) => ({ type: 'llm', messages: [{ type: 'human', content: text }] });
		const wire = { thread_to_node_inputs: { '0': { node_run_inputs: [llm('a'), llm('b')] } } };
		expect(read(wire).input.messages['0']?.map(({ text }) => text)).toEqual(['a', 'b']);
	});

	test('R2.42: a blank message is delivered as it is', () => {
		expect(read(messages({ type: 'human', content: '  ' })).input.messages['0']).toEqual([{ text: '  ' }]);
		expect(readTurn({ message: '' }).input.messages).toEqual({ '0': [{ text: '' }] });
		expect(readTurn({ message: null }).input.messages).toEqual({});
	});

	test('R1.20: other entries are overrides of the node they name', () => {
		const entries: JsonObject[] = [
			{ type: 'http_request', node_logical_id: 'call', override_url: 'https://x', messages: [] },
			{ type: 'send_sms', node_logical_id: 'call', override_message: 'm', override_api_key: 'key' },
			{ type: 'base_node', node_logical_id: 'other' },
		];
		const { input, addressed } = read({
			thread_to_node_inputs: { '0': { node_run_inputs: entries } },
		});
		expect({ ...input.overrides }).toEqual({ call: { override_url: 'https://x', override_message: 'm' } });
		expect(addressed).toEqual([]);
		const homeless = { thread_to_node_inputs: { '0': { node_run_inputs: [{ override_url: 'x' }] } } };
		expect(refusal(() => read(homeless)).status).toBe(422);
	});

	test('names of threads and nodes are never special', () => {
		const wire = JSON.parse(
			'{"thread_to_node_inputs":{"__proto__":{"node_run_inputs":[{"type":"llm","messages":[{"content":"x"}]},{"node_logical_id":"__proto__","override_url":"u"}]}}}',
		) as JsonObject;
		const { input } = read(wire);
		expect(Object.keys(input.messages)).toEqual(['__proto__']);
		expect(Object.keys(input.overrides)).toEqual(['__proto__']);
		expect(({} as { override_url?: string }).override_url).toBeUndefined();
	});
});

describe('run input: variables and sizes', () => {
	test.each(['_secret', 'a.b', '_'])('R4.16: the runtime variable %s is refused', (name) => {
		expect(refusal(() => read({ runtime_variables: { [name]: 1 } })).status).toBe(400);
		expect(refusal(() => readTurn({ runtimeVariables: { [name]: 1 } })).status).toBe(400);
	});

	test('variables must be objects', () => {
		for (const key of ['dynamic_variables', 'runtime_variables', 'miscellaneous']) {
			expect(refusal(() => read({ [key]: [] })).status).toBe(422);
			expect(refusal(() => read({ [key]: null })).code).toBe('none');
		}
	});

	test('a message of 64 KiB is taken, one byte more is not', () => {
		const text = 'ü'.repeat(32 * 1024);
		expect(readTurn({ message: text }).input.messages['0']).toEqual([{ text }]);
		expect(refusal(() => readTurn({ message: `${text}x` })).code).toBe('MESSAGE_TOO_LARGE');
		expect(refusal(() => read(messages({ type: 'human', content: `${text}x` }))).code).toBe(
			'MESSAGE_TOO_LARGE',
		);
	});
});

describe('R2.43: interrupted speech', () => {
	test('a run input names the events the caller talked over', () => {
		expect(read({ miscellaneous: { interrupted_event_ids: ['a', 'b'] } }).input.interruptedEventIds).toEqual([
			'a',
			'b',
		]);
		expect(read({}).input.interruptedEventIds).toEqual([]);
		expect(readTurn({ message: 'x', interruptedEventIds: ['c'] }).input.interruptedEventIds).toEqual(['c']);
	});

	test('anything but a list of ids is refused with its place', () => {
		expect(refusal(() => read({ miscellaneous: { interrupted_event_ids: 'a' } }))).toMatchObject({
			code: 'RUN_INPUT_REFUSED',
			status: 422,
			place: 'run_input.miscellaneous.interrupted_event_ids',
		});
	});
});
