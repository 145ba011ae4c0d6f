/** How runs begin: which graph and version, at which node, with what beside the message. */

import type { WireEvent } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import { codeOf } from '../../lib/errors';
import { chatGraph, direct, graphOf, openRoom, say, talk, type Room } from './room';

let room: Room;
beforeEach(async () => {
	room = await openRoom();
	await room.store.createWorkflow({
		id: 'w',
		name: 'W',
		description: null,
		document: graphText('version 0'),
		versionName: 'Initial',
	});
	await room.store.createVersion('w', { name: 'second', document: graphText('version 1'), activate: true });
	await room.store.createVersion('w', { name: null, document: graphText('version 2'), activate: false });
});
afterEach(() => room.close());

const graphText = (text: string) =>
	JSON.stringify(graphOf([say('hello', text), talk('talk')], [direct('hello', 'talk')]));
const stored = (version: number | 'active') => ({ type: 'stored', workflowId: 'w', version }) as const;

async function refusal(promise: Promise<unknown>) {
	return await promise.then(
		() => ['none', 0],
		(error: unknown) => [codeOf(error), (error as { status?: number }).status],
	);
}

const typed: JsonObject = {
	command: 'start',
	workflow_id: null,
	run_by: null,
	workflow_run_id: null,
	team_id: null,
	start_node_logical_id: null,
	initial_state: null,
	welcome_message: null,
	thread_to_node_inputs: {},
};

describe('R1.15: versions', () => {
	test.each([
		['active', undefined, 1],
		[0, undefined, 0],
		[2, undefined, 2],
		['active', { version_number: 2 }, 2],
		['active', { version_number: 0 }, 0],
		['active', { version_number: null }, 1],
		['active', { ...typed, version_number: 0 }, 1],
		['active', { ...typed, version_number: 2 }, 2],
	] as const)('source %j with run input %j runs version %i', async (version, runInput, expected) => {
		const result = await room.turn({
			source: stored(version),
			...(runInput === undefined ? {} : { runInput }),
		});
		expect(result).toMatchObject({ workflowId: 'w', versionNumber: expected, reply: `version ${expected}` });
	});

	test('the version of a session is fixed by its first turn; repeats are ignored', async () => {
		const first = await room.turn({ sessionKey: 's', source: stored(0) });
		const second = await room.turn({ sessionKey: 's', source: stored(2), runInput: { version_number: 2 } });
		expect(second).toMatchObject({ runId: first.runId, versionNumber: 0 });
	});

	test('R1.29: a run keeps the graph it started on, whatever becomes of the version', async () => {
		const { runId } = await room.turn({ source: stored('active') });
		await room.store.updateVersion('w', 1, { document: graphText('edited') });
		await room.store.activateVersion('w', 2);
		const other = room.another();
		expect(await other.turn({ runId, message: 'x' })).toMatchObject({
			versionNumber: 1,
			reply: 'You said: x',
		});
		const record = await other.record(runId);
		expect(JSON.stringify(record.workflow_config_fully_hydrated)).toContain('version 1');
		expect(await room.turn({ source: stored(1) })).toMatchObject({ reply: 'edited' });
	});

	test('unknown workflows and versions are refused, and no run is left behind', async () => {
		expect(
			await refusal(room.turn({ source: { type: 'stored', workflowId: 'no', version: 'active' } })),
		).toEqual(['WORKFLOW_UNKNOWN', 404]);
		expect(await refusal(room.turn({ source: stored(7) }))).toEqual(['VERSION_UNKNOWN', 404]);
		expect(await refusal(room.turn({ sessionKey: 's', message: 'x' }))).toEqual(['SOURCE_MISSING', 400]);
		expect((await room.store.listRuns({ limit: 9, offset: 0 })).total).toBe(0);
		expect(await room.store.findSession('s')).toBeNull();
	});

	test('a document of any kind can be run, as text or as value', async () => {
		const bundle = {
			version: { version_number: 3, version_name: 'three', workflow_config: chatGraph },
			parent_active_version: 3,
		};
		for (const document of [chatGraph, JSON.stringify(chatGraph), bundle]) {
			expect(await room.turn({ source: { type: 'document', document } })).toMatchObject({
				workflowId: null,
				reply: 'Hello.',
			});
		}
		for (const document of ['{', '[]', '{"nodes": 1}']) {
			expect((await refusal(room.turn({ source: { type: 'document', document } })))[0]).toBe('GRAPH_REFUSED');
		}
	});
});

describe('R1.16, R1.17: where a run starts', () => {
	const document = graphOf(
		[say('a', 'A'), say('b', 'B'), say('off', 'Off', { disabled: true }), say('beside', 'Beside')],
		[
			direct('a', 'b'),
			{ ...direct('a', 'beside'), companion_thread_config: { is_companion_thread: true, thread_id: 'x' } },
		],
	);
	const source = { type: 'document', document } as const;

	test('a graph without a start node is refused with 400', async () => {
		const startless = graphOf([say('a', 'A', { is_start: false })]);
		expect(await refusal(room.turn({ source: { type: 'document', document: startless } }))).toEqual([
			'START_NODE_MISSING',
			400,
		]);
		expect(
			await room.turn({ source: { type: 'document', document: startless }, startNodeId: 'a' }),
		).toMatchObject({ reply: 'A' });
	});

	test('a start override begins elsewhere and says so', async () => {
		const result = await room.turn({ source, startNodeId: 'b' });
		expect(result.reply).toBe('B');
		expect(result.events.map(({ type }) => type).slice(0, 3)).toEqual([
			'start_workflow',
			'start_thread',
			'force_transfer_to_node',
		]);
		expect(await room.turn({ source, runInput: { start_node_logical_id: 'b' } })).toMatchObject({
			reply: 'B',
		});
	});

	test.each(['no', 'off', 'beside'])('an override to "%s" is refused with 400', async (startNodeId) => {
		expect(await refusal(room.turn({ source, startNodeId }))).toEqual(['RUN_INPUT_REFUSED', 400]);
		expect((await room.store.listRuns({ limit: 9, offset: 0 })).total).toBe(0);
	});
});

describe('R7.3: super nodes', () => {
	const outer = (more: JsonObject) =>
		graphOf(
			[say('before', 'Before.'), { type: 'super_node', logical_id: 'box', ...more }, talk('after')],
			[direct('before', 'box'), direct('box', 'after')],
		);

	test('R7.3.2, R1.29: a stored workflow is embedded as it was when the run started', async () => {
		await room.store.createWorkflow({
			id: 'inner',
			name: 'I',
			description: null,
			document: JSON.stringify(graphOf([say('in', 'Inside.')])),
		});
		const source = {
			type: 'document',
			document: JSON.stringify(outer({ super_workflow_id: 'inner' })),
		} as const;
		const first = await room.turn({ source });
		expect(first).toMatchObject({ reply: 'Before.\n\nInside.', status: 'waiting_for_user_input' });
		expect(first.path.map(({ nodeId }) => nodeId)).toEqual(['before', 'box__in']);
		await room.store.updateVersion('inner', 0, {
			document: JSON.stringify(graphOf([say('other', 'Changed.')])),
		});
		expect(await room.another().turn({ runId: first.runId, message: 'x' })).toMatchObject({
			reply: 'You said: x',
		});
		expect(await room.another().events(first.runId)).toHaveLength(
			first.events.length + (await room.turn({ runId: first.runId, message: 'y' })).events.length,
		);
		expect(await room.turn({ source })).toMatchObject({ reply: 'Before.\n\nChanged.' });
	});

	test('R7.3.13: one that does not exist fails the run at its start, with the reason', async () => {
		const source = { type: 'document', document: outer({ super_workflow_id: 'gone' }) } as const;
		const live: WireEvent[] = [];
		const onEvent = (event: WireEvent) => void live.push(event);
		const result = await room.turn({ sessionKey: 's', source, message: 'x', onEvent });
		expect(result).toMatchObject({
			status: 'failed',
			isCompleted: true,
			reply: '',
			path: [],
			error: { code: 'GRAPH_REFUSED' },
		});
		expect(result.error?.advice).toContain('box');
		expect(result.events.map(({ type }) => type)).toContain('workflow_error');
		expect(live).toEqual(result.events);
		expect(await room.runner.record(result.runId)).toMatchObject({
			status: 'failed',
			termination_source: 'execution_error',
		});
		expect(await room.store.findRun(result.runId)).toMatchObject({ status: 'failed' });
	});
});

describe('R1.18–R1.22: what the first turn brings', () => {
	const source = stored('active');
	const inputs = (map: JsonObject) => ({ thread_to_node_inputs: map });
	const llm = (text: string, more: JsonObject = {}) => ({
		node_run_inputs: [{ type: 'llm', messages: [{ type: 'human', content: text }], ...more }],
	});

	test('R1.22: a welcome message stands first in the history and is not said again', async () => {
		const { runId, reply } = await room.turn({ source, welcomeMessage: 'Welcome to the clinic.' });
		expect(reply).toBe('version 1');
		await room.turn({ runId, message: 'Hi' });
		expect(room.requests[0]?.messages.map(({ content }) => content)).toContain('Welcome to the clinic.');
		expect(await room.runner.transcript(runId)).toBe(
			'Assistant: Welcome to the clinic.\nAssistant: version 1\nUser: Hi\nAssistant: You said: Hi',
		);
	});

	test('R1.19: messages to other threads than the main one are refused', async () => {
		expect(await refusal(room.turn({ source, runInput: inputs({ '1': llm('x') }) }))).toEqual([
			'RUN_INPUT_REFUSED',
			400,
		]);
		const { runId } = await room.turn({ source });
		expect(await refusal(room.turn({ runId, runInput: inputs({ '7': llm('x') }) }))).toEqual([
			'RUN_INPUT_REFUSED',
			400,
		]);
		expect(await room.turn({ runId, runInput: inputs({ '0': llm('x') }) })).toMatchObject({
			reply: 'You said: x',
		});
	});

	test('R1.19: naming an unknown thread is refused even without a message for it', async () => {
		const { runId } = await room.turn({ source });
		for (const entry of [{ node_run_inputs: [] }, {}, llm('x', { messages: [] })]) {
			const runInput = inputs({ '7': entry });
			expect(await refusal(room.turn({ source, runInput }))).toEqual(['RUN_INPUT_REFUSED', 400]);
			expect(await refusal(room.turn({ runId, runInput }))).toEqual(['RUN_INPUT_REFUSED', 400]);
		}
		const record = await room.runner.record(runId);
		expect(record.input_output_pairs).toHaveLength(1);
	});

	test('R1.20: an input that names another node than the waiting one is refused', async () => {
		const { runId } = await room.turn({ source });
		const wrong = inputs({ '0': llm('x', { node_logical_id: 'hello' }) });
		const right = inputs({ '0': llm('x', { node_logical_id: 'talk' }) });
		expect(await refusal(room.turn({ runId, runInput: wrong }))).toEqual(['RUN_INPUT_REFUSED', 400]);
		expect(await room.turn({ runId, runInput: right })).toMatchObject({ reply: 'You said: x' });
	});

	test("R4.16: runtime variables of the input are shown among the result's, each once", async () => {
		const { variables, runId } = await room.turn({ source, runtimeVariables: { plan: 'gold' } });
		expect(variables).toEqual({ plan: 'gold' });
		expect((await room.turn({ runId, message: 'x', runtimeVariables: { plan: 'blue' } })).variables).toEqual({
			plan: 'blue',
		});
	});

	test('R9.50: the record shows dynamic variables as they were resolved', async () => {
		const { runId } = await room.turn({ source, dynamicVariables: { patient: 'Ada' }, runBy: 'api' });
		const record = (await room.runner.record(runId)) as unknown as {
			run_by: string;
			input_output_pairs: Array<{ run_input: { dynamic_variables: JsonObject } }>;
		};
		expect(record.run_by).toBe('api');
		expect(record.input_output_pairs[0]?.run_input.dynamic_variables).toMatchObject({
			patient: 'Ada',
			clinic: 'Elm Street',
			year: 2026,
		});
	});
});
