/** Re-runs of every kind of turn, to every kind of target (R10.1–R10.11). */

import type { JsonObject } from '../../lib/json';
import type { RerunTarget } from '../../lib/run/rerun-contract';
import { direct, graphOf, openRoom, say, talk, type Room } from './room';
import { stand, type StateName } from './states';

/** Where the new run stands, what a message makes it say, and how it stands then. */
const SOURCES: Array<[StateName, { entry: string; reply: string; status: string }]> = [
	['parked', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
	['parked with companions', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
	['broken off', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
	['paused while parked', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
	[
		'paused in the middle',
		{ entry: 'first', reply: 'You said: on\n\nSecond.', status: 'waiting_for_user_input' },
	],
	['paused with companions only', { entry: 'bye', reply: 'Bye.', status: 'completed' }],
	['companions only', { entry: 'bye', reply: 'Bye.', status: 'completed' }],
	['completed', { entry: 'bye', reply: 'Bye.', status: 'completed' }],
	['failed', { entry: 'tool', reply: '', status: 'failed' }],
	['cancelled', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
	['looping', { entry: 'b', reply: '', status: 'aborted_looping_risk' }],
	['reaped', { entry: 'talk', reply: 'You said: on', status: 'waiting_for_user_input' }],
];

describe.each(SOURCES)(
	'R10.1: a re-run of the last turn of a run that is: %s',
	(name, { entry, reply, status }) => {
		test('R10.5, R10.6, R10.7: without a message it parks there, executes nothing and has no companions', async () => {
			const { room, runId = '', turnNumber, close } = await stand(name);
			const calls = room.requests.length;
			const before = await room.store.findRun(runId);
			const { plan, result } = await room.runner.rerun({ runId, turnIndex: turnNumber - 1 });
			expect(plan).toMatchObject({
				isRerunnable: true,
				mode: 'EXACT',
				historyMode: 'FULL',
				entryNodeId: entry,
			});
			expect(result).toMatchObject({
				status: 'waiting_for_user_input',
				turnNumber: 1,
				reply: '',
				path: [],
				currentNode: { id: entry },
				hasActiveCompanions: false,
				hasBackgroundWork: false,
			});
			expect(room.requests).toHaveLength(calls);
			expect((await room.store.findRun(runId))?.head).toBe(before?.head);
			await close();
		});

		test('R10.5, R10.7: with a message, then or later, it drives that node', async () => {
			const { room, runId = '', turnNumber, close } = await stand(name);
			const request = { runId, turnIndex: turnNumber - 1 };
			const now = await room.runner.rerun(request, { message: 'on' });
			const parked = await room.runner.rerun(request);
			const later = await room.another().turn({ runId: parked.result.runId, message: 'on' });
			for (const result of [now.result, later]) {
				expect(result.status).toBe(status);
				expect(result.path[0]?.nodeId).toBe(entry);
				if (name !== 'looping') expect(result.reply).toBe(reply);
			}
			// And so does a re-run of the re-run.
			const again = await room.runner.rerun({ runId: parked.result.runId, turnIndex: 0 }, { message: 'on' });
			expect(again.result).toMatchObject({ status, currentNode: now.result.currentNode });
			expect(await room.runner.record(again.result.runId)).toMatchObject({
				source_workflow_run_id: parked.result.runId,
				checkpoint_source_turn_index: 0,
			});
			await close();
		});

		test('R10.10: each finished turn can be re-run, and no other', async () => {
			const { room, runId = '', turnNumber, close } = await stand(name);
			const turns = await room.runner.rerunnableTurns(runId);
			expect(turns.map(({ turnIndex, isRerunnable }) => [turnIndex, isRerunnable])).toEqual(
				Array.from({ length: turnNumber }, (_, index) => [index, true]),
			);
			await expect(room.runner.planRerun({ runId, turnIndex: turnNumber })).rejects.toMatchObject({
				code: 'TURN_UNKNOWN',
			});
			await close();
		});
	},
);

let room: Room;
beforeEach(async () => (room = await openRoom()));
afterEach(() => room.close());

const source = (document: JsonObject) => ({ type: 'document', document }) as const;
const stored = { type: 'stored', workflowId: 'w', version: 0 } as const;

async function store(first: JsonObject, ...further: JsonObject[]): Promise<void> {
	await room.store.createWorkflow({
		id: 'w',
		name: 'W',
		description: null,
		document: JSON.stringify(first),
		further: further.map((document) => ({ name: null, document: JSON.stringify(document) })),
	});
}

describe('what a re-run begins with', () => {
	test('R7.1.1, R2.3: runs of its nodes count from 1 and its turns from 0', async () => {
		const { runId } = await room.turn({ source: source(graphOf([talk('talk')])) });
		for (const message of ['one', 'two']) await room.turn({ runId, message });
		const { result } = await room.runner.rerun({ runId, turnIndex: 2 }, { message: 'on' });
		const begun = result.events.find(({ type }) => type === 'start_node_run');
		expect(begun).toMatchObject({ origin_node_logical_id: 'talk', origin_node_run_id: '1' });
		const pair = result.events.find(({ type }) => type === 'end_workflow_iteration');
		expect(pair).toMatchObject({
			iteration_number: 1,
			run_input_output_pair: { run_input: { runtime_variables: { workflow_invoke_count: 0 } } },
		});
	});

	test('R10.1, R9.48: usage of all the runs before is carried over, each model in one row', async () => {
		const { runId } = await room.turn({ source: source(graphOf([talk('talk')])) });
		await room.turn({ runId, message: 'one' });
		const first = await room.runner.rerun({ runId, turnIndex: 1 }, { message: 'two' });
		const second = await room.runner.rerun({ runId: first.result.runId, turnIndex: 0 }, { message: 'three' });
		const record = await room.runner.record(second.result.runId);
		expect(record).toMatchObject({
			llm_token_usage: { call_count: 1 },
			carried_over_llm_token_usage: { call_count: 2, breakdown_by_models: [{ call_count: 2 }] },
			carried_over_llm_latency_stats: { call_count: 2, breakdown_by_models: [{ call_count: 2 }] },
		});
		expect((record['carried_over_llm_token_usage'] as JsonObject)['breakdown_by_models']).toHaveLength(1);
	});

	test('R2.51, R10.7: where the visit had ended a new one begins, and has not reached its Max Turns', async () => {
		const document = graphOf(
			[talk('talk', { max_turns: 1 }), say('enough', 'Enough.')],
			[
				{
					...direct('talk', 'enough'),
					type: 'conditional',
					condition: {
						condition_expression: '[[max_turns_reached]] == true OR [[talk.max_turns_reached]] == true',
					},
				},
			],
		);
		const limited = graphOf([talk('talk', { max_turns: 1 })]);
		for (const graph of [limited, document]) {
			const { runId } = await room.turn({ source: source(graph) });
			expect((await room.turn({ runId, message: 'one' })).status).toBe('completed');
			const { result } = await room.runner.rerun({ runId, turnIndex: 1 });
			expect(result.currentNode?.id).toBe('talk');
			expect(result.variables['max_turns_reached'] ?? null).toBeNull();
			const next = await room.turn({ runId: result.runId, message: 'two' });
			expect(next.path.map(({ nodeId }) => nodeId)[0]).toBe('talk');
			expect(next.variables).toMatchObject({ max_turns_reached: true });
		}
	});

	test('R6.8, R6.12: a loop begins anew at the node that is entered', async () => {
		const document = graphOf([
			{ type: 'no_op', logical_id: 'wait', self_loop_config: { enabled: true, max_retries: 2 } },
		]);
		const { runId } = await room.turn({ source: source(document) });
		const { result } = await room.runner.rerun({ runId, turnIndex: 0 }, { message: 'again' });
		expect(result.path.map(({ nodeId }) => nodeId)).toEqual(['wait', 'wait', 'wait']);
		expect(result.events.find(({ type }) => type === 'self_loop_exhausted')).toMatchObject({
			total_attempts: 3,
		});
	});

	test('R10.7, R1.26: a talk that was ended is open to users again', async () => {
		const document = graphOf(
			[talk('talk', { self_loop: false }), { type: 'end_conversation', logical_id: 'end' }],
			[direct('talk', 'end')],
		);
		const { runId } = await room.turn({ source: source(document) });
		expect((await room.turn({ runId, message: 'one' })).status).toBe('completed');
		const { result } = await room.runner.rerun({ runId, turnIndex: 1 }, { message: 'two' });
		expect(result.reply).toBe('You said: two');
	});

	test('R10.6, R5.8: a companion that does not go on can be forked again, and is not counted as running', async () => {
		const lab = { is_companion_thread: true, thread_id: 'lab' };
		const document = graphOf(
			[
				{ type: 'no_op', logical_id: 'entry' },
				talk('talk', { self_loop: false }),
				{
					type: 'no_op',
					logical_id: 'poll',
					self_loop_config: { enabled: true, max_retries: 9, time_between_retries: 3 },
				},
			],
			[
				direct('entry', 'talk'),
				{ ...direct('entry', 'poll'), companion_thread_config: lab },
				direct('talk', 'entry'),
			],
		);
		const { runId } = await room.turn({ source: source(document) });
		const { plan, result } = await room.runner.rerun({ runId, turnIndex: 0 });
		expect(plan.warnings).toEqual([expect.stringContaining('0_companion_lab')]);
		expect(plan.threads.map(({ threadId }) => threadId)).toEqual(['0', '0_companion_lab']);
		const next = await room.turn({ runId: result.runId, message: 'on' });
		expect(next).toMatchObject({ hasActiveCompanions: true, warnings: [] });
	});
});

describe('targets that are not quite the source', () => {
	const base = graphOf([say('hello', 'Hello.'), talk('talk')], [direct('hello', 'talk')]);
	const begin = async (...further: JsonObject[]) => {
		await store(base, ...further);
		const { runId } = await room.turn({ source: stored });
		await room.turn({ runId, message: 'one' });
		return runId;
	};
	const plan = (runId: string, target: RerunTarget) => room.runner.planRerun({ runId, turnIndex: 1, target });

	test('R10.3, R10.10, R3.57: a node that is disabled there, or only companions reach, is no place to stand', async () => {
		const disabled = graphOf([say('hello', 'Hello.'), talk('talk', { disabled: true }), talk('new')]);
		const beside = graphOf(
			[say('hello', 'Hello.'), talk('new'), talk('talk', { wait_for_user_message: false, self_loop: false })],
			[
				direct('hello', 'new'),
				{ ...direct('hello', 'talk'), companion_thread_config: { is_companion_thread: true } },
			],
		);
		const runId = await begin(disabled, beside);
		for (const versionNumber of [1, 2]) {
			expect(await plan(runId, { versionNumber })).toMatchObject({
				isRerunnable: false,
				entryNodeId: null,
				reason: expect.stringContaining('entry node'),
				suggestedEntryNodeIds: ['new'],
			});
			expect(await plan(runId, { versionNumber, entryNodeId: 'new' })).toMatchObject({ isRerunnable: true });
		}
	});

	test('R10.10: the turns say so when the active version has no place for them', async () => {
		const runId = await begin(graphOf([say('hello', 'Hello.'), talk('new')], [direct('hello', 'new')]));
		await room.store.activateVersion('w', 1);
		const turns = await room.runner.rerunnableTurns(runId);
		expect(turns.map(({ isRerunnable }) => isRerunnable)).toEqual([false, false]);
		expect(turns[0]?.reason).toBe((await plan(runId, {})).reason);
		await room.store.activateVersion('w', 0);
		expect((await room.runner.rerunnableTurns(runId)).map(({ isRerunnable }) => isRerunnable)).toEqual([
			true,
			true,
		]);
	});

	test('R10.2: a version is one of a workflow; a run of a document has none to choose', async () => {
		const { runId } = await room.turn({ source: source(base) });
		await expect(
			room.runner.planRerun({ runId, turnIndex: 0, target: { versionNumber: 3 } }),
		).rejects.toMatchObject({ code: 'RUN_INPUT_REFUSED', place: 'target_version_number' });
	});

	test('R10.7, R7.3.4: a super node may be named as the entry, and stands for the start of its interior', async () => {
		const inner = graphOf([say('greet', 'Inside.'), talk('desk')], [direct('greet', 'desk')]);
		const runId = await begin(
			graphOf([
				say('hello', 'Hello.'),
				{ type: 'super_node', logical_id: 'box', encapsulated_workflow_config: inner },
			]),
		);
		const target = { versionNumber: 1, entryNodeId: 'box' };
		const { plan: planned, result } = await room.runner.rerun(
			{ runId, turnIndex: 1, target },
			{ message: 'x' },
		);
		expect(planned.entryNodeId).toBe('box__greet');
		expect(result.path.map(({ nodeId }) => nodeId)).toEqual(['box__greet', 'box__desk']);
		expect(result.events[1]).toMatchObject({
			type: 'force_transfer_to_node',
			destination_node_logical_id: 'box__greet',
		});
	});

	test('R10.4, R2.31: memos that are kept name the nodes of the target', async () => {
		const renamed = graphOf(
			[say('welcome', 'Hi.', { name: 'hello' }), talk('desk', { name: 'talk' })],
			[direct('welcome', 'desk')],
		);
		const runId = await begin(renamed, graphOf([talk('desk', { name: 'front desk' })]));
		const read = async (target: RerunTarget) => {
			await room.runner.rerun(
				{ runId, turnIndex: 1, target: { historyMode: 'FULL', ...target } },
				{ message: 'x' },
			);
			const { messages = [] } = room.requests.at(-1) ?? {};
			return messages.find(({ content }) => content.includes('handed over'))?.content;
		};
		expect(await read({ versionNumber: 1 })).toContain('"hello" handed over to "talk"');
		const mapped = { versionNumber: 2, nodeIdMap: { talk: 'desk' } };
		expect(await read(mapped)).toContain('"hello" handed over to "front desk"');
	});

	test('R10.3, R4.10: variables follow their node to its new id and name, those of a lost node stay behind', async () => {
		const loop = { self_loop_config: { enabled: true, max_retries: 0 } };
		const first = graphOf(
			[
				{ type: 'no_op', logical_id: 'a', name: 'Alpha', ...loop },
				{ type: 'no_op', logical_id: 'b', name: 'Beta', ...loop },
				talk('talk'),
			],
			[direct('a', 'b'), direct('b', 'talk')],
		);
		const second = graphOf([talk('talk'), { type: 'no_op', logical_id: 'a2', name: 'Gamma' }]);
		await store(first, second);
		const { runId } = await room.turn({ source: stored });
		const target = { versionNumber: 1, nodeIdMap: { a: 'a2' } };
		const planned = await room.runner.planRerun({ runId, turnIndex: 0, target });
		const names = Object.keys(planned.threads[0]?.runtimeVariables ?? {});
		expect(names).toEqual(
			expect.arrayContaining(['self_loop_outcome', 'a2.self_loop_outcome', 'Gamma.self_loop_outcome']),
		);
		expect(names.filter((name) => /^(a|Alpha|b|Beta)\./.test(name))).toEqual([]);
		expect(planned.unmappedVariables).toEqual(
			expect.arrayContaining(['b.self_loop_outcome', 'Beta.self_loop_outcome']),
		);
		expect(planned.unmappedNodeIds).toEqual(['b']);
	});
});

describe('R10.8: amendments that say nothing, or say what no input may', () => {
	test('nothing changed is not EDITED', async () => {
		const { runId } = await room.turn({ source: source(graphOf([talk('talk')])) });
		const isEdited = async (amendment: object) =>
			(await room.runner.planRerun({ runId, turnIndex: 0, amendment })).isEdited;
		expect(await isEdited({})).toBe(false);
		expect(await isEdited({ messageEdits: [], runtimeVariables: {} })).toBe(false);
		expect(await isEdited({ dynamicVariables: { who: 'Bo' } })).toBe(true);
	});

	test('R4.16: what a thread has already may be changed under the name of its node', async () => {
		const loop = { self_loop_config: { enabled: true, max_retries: 0 } };
		const document = graphOf(
			[{ type: 'no_op', logical_id: 'a', ...loop }, talk('talk')],
			[direct('a', 'talk')],
		);
		const { runId } = await room.turn({ source: source(document) });
		const amendment = { runtimeVariables: { '0': { 'a.self_loop_outcome': 'expiry_time' } } };
		const planned = await room.runner.planRerun({ runId, turnIndex: 0, amendment });
		expect(planned.threads[0]?.runtimeVariables).toMatchObject(amendment.runtimeVariables['0']);
	});

	test.each(['_secret', 'a.b'])('R4.16: the runtime variable %s is refused', async (name) => {
		const { runId } = await room.turn({ source: source(graphOf([talk('talk')])) });
		const amendment = { runtimeVariables: { '0': { [name]: 1 } } };
		await expect(room.runner.planRerun({ runId, turnIndex: 0, amendment })).rejects.toMatchObject({
			code: 'RUN_INPUT_REFUSED',
		});
	});
});
