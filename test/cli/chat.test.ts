/** chat: turns in, events out; scripts, kept runs, keys from the environment, and what a person sees. */

import { LLMock } from '@copilotkit/aimock';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/json';
import { openCountingServer } from './held-model';
import { interactly, type Session } from './session';

const folder = mkdtempSync(join(tmpdir(), 'interactly-chat-'));
const server = new LLMock({ host: '127.0.0.1', port: 0 });
server.onMessage('hello', { content: 'Hello, which medicine?' });
server.onMessage('aspirin', { content: 'Aspirin it is.' });

let env: Record<string, string> = {};
beforeAll(async () => {
	await server.start();
	env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: `${server.url}/v1` };
});
afterAll(async () => {
	await server.stop();
	rmSync(folder, { recursive: true });
});

const file = (name: string, content: unknown) => {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify(content));
	return path;
};

/** No node names a model: the environment decides. */
const asking = file('asking.json', {
	workflow_config: { name: 'Ask' },
	node_configs: [
		{
			type: 'say_static',
			logical_id: 'hi',
			name: 'Hi',
			is_start: true,
			static_messages_config: { static_messages: ['Hi {{caller}}.'] },
		},
		{
			type: 'say_llm',
			logical_id: 'ask',
			name: 'Ask',
			main_response_config: { prompt: 'Ask.' },
			llms_config: { type: 'global_default_llm' },
		},
	],
	edge_configs: [
		{ type: 'direct', logical_id: 'e', source_node_logical_id: 'hi', destination_node_logical_id: 'ask' },
	],
	dynamic_variables: { caller: 'you' },
});
const speaking = file('speaking.json', {
	node_configs: [
		{
			type: 'say_static',
			logical_id: 'hi',
			is_start: true,
			static_messages_config: { static_messages: ['Hi.'] },
		},
	],
	edge_configs: [],
});

const linesOf = (session: Session) =>
	session.out
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as JsonObject);
const turnsOf = (session: Session) => linesOf(session).filter(({ type }) => type === 'turn');
const textsOf = (session: Session) =>
	linesOf(session)
		.filter(({ type }) => type === 'assistant_response')
		.map(({ content }) => content);

describe('for programs', () => {
	it('each line is a turn; its events come one a line, closed by the turn line', async () => {
		const session = await interactly(['chat', asking, '--json'], {
			env,
			input:
				'{"message":null,"dynamic_variables":{"caller":"Ana"}}\n{"message":"hello"}\n\n{"message":"aspirin","command":"data"}\n',
		});
		expect(session.err).toBe('');
		expect(session.code).toBe(0);
		expect(textsOf(session)).toEqual(['Hi Ana.', 'Hello, which medicine?', 'Aspirin it is.']);
		const [first, second, third] = turnsOf(session);
		expect(first).toEqual({
			type: 'turn',
			run_id: expect.stringMatching(/^workflow_run_/),
			turn_number: 1,
			status: 'waiting_for_user_input',
			is_waiting_for_input: true,
			is_completed: false,
			has_background_work: false,
		});
		expect(second).toMatchObject({ run_id: first?.run_id, turn_number: 2 });
		expect(third).toMatchObject({ run_id: first?.run_id, turn_number: 3 });
		expect(linesOf(session)[0]).toMatchObject({ type: 'start_workflow' });
		expect(linesOf(session).at(-1)).toMatchObject({ type: 'turn' });
	});

	it('R9.1: every event line has an id, a type and a time', async () => {
		const session = await interactly(['chat', speaking, '--json'], { input: '{"message":null}\n' });
		const events = linesOf(session).filter(({ type }) => type !== 'turn');
		expect(events.length).toBeGreaterThan(5);
		for (const event of events) {
			expect(event).toMatchObject({
				logical_id: expect.any(String),
				type: expect.any(String),
				timestamp: expect.any(Number),
			});
		}
		expect(turnsOf(session)).toEqual([expect.objectContaining({ status: 'completed', is_completed: true })]);
	});

	it('a refused turn is closed too, with the reason, the state of the run, and exit code 1', async () => {
		const session = await interactly(['chat', speaking, '--json'], {
			input: '{"message":null}\n{"message":"more"}\n',
		});
		expect(session.code).toBe(1);
		expect(turnsOf(session)[1]).toMatchObject({
			status: 'completed',
			error: { code: 'RUN_STATE_REFUSES', advice: expect.any(String) },
		});
	});

	it('a turn that fails says why, and the run can go on', async () => {
		const failing = { error: { message: 'down' }, status: 401 } as Parameters<LLMock['onMessage']>[1];
		server.onMessage('fail now', failing);
		const session = await interactly(['chat', asking, '--json'], {
			env,
			input: '{"message":null}\n{"message":"fail now"}\n',
		});
		expect(turnsOf(session)).toHaveLength(2);
		expect(turnsOf(session)[1]?.run_id).toBe(turnsOf(session)[0]?.run_id);
	});

	it.each([
		['nonsense', 'not JSON'],
		['[]', 'expected object'],
		['{"mesage": "hi"}', 'mesage'],
		['{"command": "jump"}', 'command'],
		['{"message": 5}', 'message'],
		['{"dynamic_variables": []}', 'dynamic_variables'],
	])(
		'the line %s is refused with its number and exit code 2; nothing of it is quoted',
		async (line, complaint) => {
			const session = await interactly(['chat', speaking, '--json'], {
				input: `{"message":null}\n${line}\n`,
			});
			expect(session.code).toBe(2);
			expect(session.err).toContain('line 2');
			expect(session.err).toContain(complaint);
		},
	);

	it('after a line that is no turn the conversation goes on, and the line is closed too', async () => {
		const session = await interactly(['chat', asking, '--json'], {
			env,
			input: '{"message":null}\n{"message": "hello\n{"message":"aspirin"}\n',
		});
		expect(session.code).toBe(2);
		expect(turnsOf(session)).toHaveLength(3);
		expect(turnsOf(session)[1]).toMatchObject({
			turn_number: 1,
			is_waiting_for_input: true,
			error: { code: 'TURN_MALFORMED', message: expect.stringContaining('column 19') },
		});
		expect(session.err + session.out).not.toContain('hello');
		expect(textsOf(session)).toEqual(['Hi you.', 'Aspirin it is.']);
	});

	it.each(['pump', 'pause', 'stop'])('R2.4: what would be lost with a "%s" is refused', async (command) => {
		const session = await interactly(['chat', asking, '--json'], {
			env,
			input: `{"message":null}\n{"message":"hello","command":"${command}"}\n{"command":"${command}","dynamic_variables":{}}\n{"message":"","command":"${command}"}\n`,
		});
		const [, withMessage, withVariables, bare] = turnsOf(session);
		for (const turn of [withMessage, withVariables])
			expect(turn?.error).toMatchObject({ code: 'TURN_MALFORMED' });
		expect(bare).not.toHaveProperty('error');
	});

	it('a byte order mark, line ends of Windows and a last line without an end are no matter', async () => {
		const session = await interactly(['chat', asking, '--json'], {
			env,
			input: '\ufeff{"message":null}\r\n{"message":"hello"}',
		});
		expect(session).toMatchObject({ code: 0, err: '' });
		expect(turnsOf(session)).toHaveLength(2);
	});

	it('values nested without measure are refused, and the conversation goes on', async () => {
		const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
		const session = await interactly(['chat', speaking, '--json'], {
			input: `{"message":null,"dynamic_variables":{"x":${nested}}}\n{"message":null}\n`,
		});
		expect(turnsOf(session)[0]).toMatchObject({
			run_id: null,
			error: { code: 'RUN_INPUT_REFUSED', advice: expect.any(String) },
		});
		expect(turnsOf(session)[1]).toMatchObject({ is_completed: true });
	});

	it('R1.11: a refused turn is closed with where the run stands, also when another process has moved it', async () => {
		const store = join(folder, 'moved.sqlite');
		const begun = await interactly(['chat', asking, '--json', '--store', store], {
			env,
			input: '{"message":null}\n{"command":"pause"}\n{"message":"hello"}\n{"command":"resume"}\n',
		});
		expect(turnsOf(begun)[2]).toMatchObject({
			turn_number: 1,
			status: 'paused',
			is_waiting_for_input: false,
			error: { code: 'RUN_STATE_REFUSES', advice: 'Resume the run first.' },
		});
		const runId = String(turnsOf(begun)[0]?.run_id);
		const continueIt = (input: string) =>
			interactly(['chat', '--json', '--store', store, '--run', runId], { env, input });
		await continueIt('{"command":"stop"}\n');
		const [refused] = turnsOf(await continueIt('{"message":"hello"}\n'));
		expect(refused).toMatchObject({ run_id: runId, status: 'cancelled', is_completed: true });
	});

	it('a first turn that reached outside and then failed is gone on with, not begun anew', async () => {
		const server = await openCountingServer(() => 0);
		const graph = file('reaching.json', {
			node_configs: [
				{
					type: 'http_request',
					logical_id: 'post',
					is_start: true,
					method: 'POST',
					url: `${server.url}/post`,
				},
				{
					type: 'say_llm',
					logical_id: 'a',
					wait_for_user_message: false,
					llms_config: { type: 'anthropic_llm' },
				},
			],
			edge_configs: [
				{ type: 'direct', logical_id: 'e', source_node_logical_id: 'post', destination_node_logical_id: 'a' },
			],
		});
		const session = await interactly(['chat', graph, '--json', '--allow-private', '127.0.0.1'], {
			input: '{"message":null}\n{"message":null}\n',
		});
		await server.close();
		const [first, second] = turnsOf(session);
		expect(first).toMatchObject({
			run_id: expect.stringMatching(/^workflow_run_/),
			status: 'running',
			error: { code: 'LLM_CREDENTIAL_MISSING' },
		});
		expect(second).toMatchObject({ run_id: first?.run_id, error: { code: 'LLM_CREDENTIAL_MISSING' } });
		expect(server.hits).toEqual(['POST /post']);
	});

	it('a missing key closes the turn with what to do here', async () => {
		const session = await interactly(['chat', asking, '--json'], { input: '{"message":"hello"}\n' });
		expect(turnsOf(session)[0]).toMatchObject({
			error: { code: 'LLM_NOT_CONFIGURED', advice: expect.stringContaining('--model PROVIDER/MODEL') },
		});
	});

	it('--script plays an array of turns', async () => {
		const script = file('turns.json', [{ message: null }, { message: 'hello' }]);
		const session = await interactly(['chat', asking, '--json', '--script', script], { env });
		expect(turnsOf(session)).toHaveLength(2);
		expect(textsOf(session)).toEqual(['Hi you.', 'Hello, which medicine?']);
	});
});

describe('scripts', () => {
	it.each([
		['{}', 'not an array of turns'],
		['[{"message":null},{"mesage":1}]', 'turns[1]'],
		['[{"message":null},\n {"message":"x"},\n]', 'line 3, column 1'],
		['', 'column 1'],
	])('the script %j is refused before anything is said', async (text, complaint) => {
		const script = join(folder, 'faulty.json');
		writeFileSync(script, text);
		const session = await interactly(['chat', asking, '--json', '--script', script], { env });
		expect(session).toMatchObject({ code: 2, out: '' });
		expect(session.err).toContain(complaint);
		expect(session.err).toContain('faulty.json');
	});
});

describe('kept runs', () => {
	it('--store keeps a run and --run continues it, without the graph file', async () => {
		const store = join(folder, 'runs.sqlite');
		const begun = await interactly(['chat', asking, '--json', '--store', store], {
			env,
			input: '{"message":null}\n',
		});
		const runId = String(turnsOf(begun)[0]?.run_id);
		const continued = await interactly(['chat', '--json', '--store', store, '--run', runId], {
			env,
			input: '{"message":"hello"}\n',
		});
		expect(turnsOf(continued)).toEqual([expect.objectContaining({ run_id: runId, turn_number: 2 })]);
		expect(textsOf(continued)).toEqual(['Hello, which medicine?']);
	});

	it('a person is told how to continue', async () => {
		const store = join(folder, 'person.sqlite');
		const session = await interactly(['chat', asking, '--store', store], { env, input: 'hello\n' });
		expect(session.err).toMatch(/--run workflow_run_\S+ continues it/);
	});

	it('a store that is not there is not made by asking it for a run', async () => {
		const store = join(folder, 'misspelled.sqlite');
		const session = await interactly(['chat', '--store', store, '--run', 'workflow_run_none'], {});
		expect(session).toMatchObject({ code: 2, err: expect.stringContaining('STORE_MISSING') });
		expect(existsSync(store)).toBe(false);
	});

	it('R1.29: a run keeps the graph it began with, and a file that holds another one is told of', async () => {
		const store = join(folder, 'pinned.sqlite');
		const begun = await interactly(['chat', asking, '--json', '--store', store], {
			env,
			input: '{"message":null}\n',
		});
		const runId = String(turnsOf(begun)[0]?.run_id);
		const continueWith = (path: string) =>
			interactly(['chat', path, '--json', '--store', store, '--run', runId], {
				env,
				input: '{"message":"hello"}\n',
			});
		const changed = await continueWith(speaking);
		expect(textsOf(changed)).toEqual(['Hello, which medicine?']);
		expect(changed.err).toContain('holds another one');
		expect((await continueWith(asking)).err).toBe('');
	});

	it('a kept talk opens with what an interruption left unsaid, and one that is over says so', async () => {
		const store = join(folder, 'over.sqlite');
		const begun = await interactly(['chat', speaking, '--json', '--store', store], {
			input: '{"message":null}\n',
		});
		const runId = String(turnsOf(begun)[0]?.run_id);
		const session = await interactly(['chat', '--store', store, '--run', runId], { input: 'hello\n' });
		expect(session).toMatchObject({ code: 0, out: '', err: '(the conversation is over: completed)\n' });
	});

	it('a run that the store does not hold is refused before anything is said', async () => {
		const store = join(folder, 'runs.sqlite');
		const session = await interactly(['chat', '--store', store, '--run', 'workflow_run_none'], {
			input: 'hello\n',
		});
		expect(session.code).toBe(2);
		expect(session.err).toContain('RUN_UNKNOWN');
		expect(session.out).toBe('');
	});
});

describe('for people', () => {
	it('shows what the assistant says as lines of a talk, and how it ended', async () => {
		const session = await interactly(['chat', speaking], {});
		expect(session).toMatchObject({ code: 0, out: 'bot> Hi.\n' });
		expect(session.err).toContain('completed');
	});

	it('takes each line as a message until the input ends', async () => {
		const session = await interactly(['chat', asking], { env, input: 'hello\naspirin\n' });
		expect(session.out).toBe('bot> Hi you.\nbot> Hello, which medicine?\nbot> Aspirin it is.\n');
		expect(session.code).toBe(0);
	});

	it('slash commands: path, variables, help, quit', async () => {
		const session = await interactly(['chat', asking], {
			env,
			input: '/path\n/variables\n/what\n/quit\nhello\n',
		});
		expect(session.err).toMatch(/^ {2}Hi$/m);
		expect(session.err).toContain('{}');
		expect(session.err).toContain('/quit');
		expect(session.out).toBe('bot> Hi you.\n');
	});

	it('R5.5: what a companion says is told apart from the talk', async () => {
		const say = (id: string, text: string) => ({
			type: 'say_static',
			logical_id: id,
			static_messages_config: { static_messages: [text] },
		});
		const direct = (id: string, from: string, to: string) => ({
			type: 'direct',
			logical_id: id,
			source_node_logical_id: from,
			destination_node_logical_id: to,
		});
		const graph = file('aside.json', {
			node_configs: [
				{ type: 'no_op', logical_id: 'entry', is_start: true },
				say('talk', 'Hello.'),
				say('note', 'Noted.'),
			],
			edge_configs: [
				direct('m', 'entry', 'talk'),
				{
					...direct('c', 'entry', 'note'),
					companion_thread_config: { is_companion_thread: true, thread_id: 'notes' },
				},
			],
		});
		const session = await interactly(['chat', graph], { input: '' });
		expect(session.out.split('\n').sort()).toEqual(['', 'bot, beside (notes)> Noted.', 'bot> Hello.']);
	});

	it('R5.21: background work goes on while the person types nothing, and what it says appears at once', async () => {
		const graph = file('lab.json', {
			node_configs: [
				{ type: 'no_op', logical_id: 'entry', is_start: true },
				{ type: 'say_llm', logical_id: 'chat', wait_for_user_message: true },
				{
					type: 'no_op',
					logical_id: 'poll',
					output_runtime_variable_name: 'result',
					self_loop_config: { enabled: true, max_retries: 1 },
				},
				{
					type: 'say_static',
					logical_id: 'tell',
					static_messages_config: { static_messages: ['It is in.'] },
				},
			],
			edge_configs: [
				{
					type: 'direct',
					logical_id: 'm',
					source_node_logical_id: 'entry',
					destination_node_logical_id: 'chat',
				},
				{
					type: 'direct',
					logical_id: 'c',
					source_node_logical_id: 'entry',
					destination_node_logical_id: 'poll',
					companion_thread_config: { is_companion_thread: true, thread_id: 'lab' },
				},
				{
					type: 'conditional',
					logical_id: 'w',
					source_node_logical_id: 'chat',
					destination_node_logical_id: 'tell',
					condition: { condition_expression: "[[thread_lab.self_loop_outcome]] == 'max_retries'" },
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['poll'] },
				},
			],
		});
		const session = await interactly(['chat', graph], { isInteractive: true, isSilent: true });
		expect(session.out).toContain('\nbot> It is in.\nyou> ');
		expect(session.code).toBe(0);
	});

	it('tells tokens and cost at the end, on a screen only, and takes prices from a file', async () => {
		server.prependFixture({
			match: { userMessage: 'counted' },
			response: {
				content: 'Counted.',
				usage: { prompt_tokens: 2000, completion_tokens: 100, input_tokens: 2000, output_tokens: 100 },
			},
		});
		const talk = { env, input: 'counted\n' };
		const args = ['chat', asking, '--model', 'openai/gpt-5-mini'];
		expect((await interactly(args, talk)).err).not.toContain('tokens');
		const onScreen = { ...talk, isScreen: true };
		expect((await interactly(args, onScreen)).err).toContain(
			'(1 model call, 2,000 tokens in, 100 out, about $0.0007)\n',
		);
		const prices = file('prices.json', { models: { 'gpt-5-mini': { input: 500, output: 0 } } });
		expect((await interactly([...args, '--prices', prices], onScreen)).err).toContain('about $1.00)');
		const unknown = ['chat', asking, '--model', 'openai/house-model'];
		expect((await interactly(unknown, onScreen)).err).toContain('no price known for house-model)');
		const refused = await interactly([...args, '--prices', file('bad.json', { models: 1 })], onScreen);
		expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('PRICES_UNREADABLE') });
	});

	it('tells why a model gave no answer beside what the node says then (R2.49)', async () => {
		server.prependFixture({
			match: { userMessage: 'refused' },
			response: { error: { message: 'No such parameter', type: 'invalid_request_error' }, status: 400 },
		});
		const session = await interactly(['chat', asking], { env, input: 'refused\n' });
		expect(session.err.match(/warning: .*No such parameter/g)).toEqual([
			expect.stringMatching(/^warning: The model of "Ask" gave no answer: /),
		]);
		expect(session.err).toMatch(/^ {2}→ .+/m);
		expect(session.out.split('\n')).toHaveLength(3);
	});

	it('--trace shows the hops', async () => {
		const session = await interactly(['chat', asking, '--trace'], { env });
		expect(session.err).toContain('Hi → Ask (direct)');
	});

	it('--script shows both sides', async () => {
		const script = file('talk.json', [{ message: null }, { message: 'hello' }]);
		const session = await interactly(['chat', asking, '--script', script], { env });
		expect(session.out).toBe('bot> Hi you.\nyou> hello\nbot> Hello, which medicine?\n');
	});

	it('without a key: what is missing, where keys come from, exit code 1', async () => {
		const graph = file('own-model.json', {
			node_configs: [
				{
					type: 'say_llm',
					logical_id: 'a',
					name: 'A',
					is_start: true,
					wait_for_user_message: false,
					llms_config: { type: 'openai_llm' },
				},
			],
			edge_configs: [],
		});
		const session = await interactly(['chat', graph], {});
		expect(session.code).toBe(1);
		expect(session.err).toContain('LLM_CREDENTIAL_MISSING');
		expect(session.err).toContain('environment');
	});
});
