/** Re-runs: a new run that starts where a turn of another one ended. */

import type { JsonObject } from '../../lib/json';
import { chat, direct, graphOf, openRoom, say, short, talk, type Room } from './room';

let room: Room;
beforeEach(async () => (room = await openRoom()));
afterEach(() => room.close());

/** A stored workflow with two versions; the second renames and renumbers the talking node. */
async function storeVersions(second: JsonObject): Promise<void> {
	await room.store.createWorkflow({
		id: 'w',
		name: 'W',
		description: null,
		document: JSON.stringify(chat.document),
	});
	await room.store.createVersion('w', { name: 'two', document: JSON.stringify(second), activate: false });
}
const stored = { type: 'stored', workflowId: 'w', version: 'active' } as const;

async function converse(source: object): Promise<string> {
	const { runId } = await room.turn({ source: source as typeof chat, dynamicVariables: { patient: 'Ada' } });
	for (const message of ['one', 'two', 'three'])
		await room.turn({ runId, message, runtimeVariables: { last: message } });
	return runId;
}

const contents = () =>
	room.requests
		.at(-1)
		?.messages.slice(1)
		.map(({ content }) => content);

describe('R10.1: a re-run', () => {
	test('starts from the end of the turn; the source stays as it is', async () => {
		const runId = await converse(chat);
		const before = await room.runner.record(runId);
		const { plan, result } = await room.runner.rerun({ runId, turnIndex: 1 }, { message: 'instead' });
		expect(plan).toMatchObject({ mode: 'EXACT', historyMode: 'FULL', entryNodeId: 'talk', isEdited: false });
		expect(result).toMatchObject({
			reply: 'You said: instead',
			status: 'waiting_for_user_input',
			turnNumber: 1,
			variables: { last: 'one' },
		});
		expect(result.runId).not.toBe(runId);
		expect(contents()?.slice(-3)).toEqual(['one', 'You said: one', 'instead']);
		expect(contents()).not.toContain('two');
		expect(await room.runner.record(runId)).toEqual(before);
		expect(await room.runner.record(result.runId)).toMatchObject({
			source_workflow_run_id: runId,
			checkpoint_source_turn_index: 1,
			carried_over_llm_token_usage: { call_count: 1, total_tokens: 15 },
			llm_token_usage: { call_count: 1 },
		});
		expect(await room.turn({ runId: result.runId, message: 'on' })).toMatchObject({
			reply: 'You said: on',
			turnNumber: 2,
		});
		expect(await room.another().turn({ runId: result.runId, message: 'later' })).toMatchObject({
			turnNumber: 3,
		});
	});

	test('R10.5: without a message restores and parks, and executes nothing', async () => {
		const runId = await converse(chat);
		const calls = room.requests.length;
		const { result } = await room.runner.rerun({ runId, turnIndex: 2 });
		expect(result).toMatchObject({
			reply: '',
			path: [],
			status: 'waiting_for_user_input',
			currentNode: { id: 'talk' },
		});
		expect(room.requests).toHaveLength(calls);
		await room.turn({ runId: result.runId, message: 'go' });
		expect(contents()).toEqual(
			expect.arrayContaining(['one', 'You said: one', 'two', 'You said: two', 'go']),
		);
	});

	test('R10.7: of a turn that ended the run parks at the last node, which a message executes', async () => {
		const { runId } = await room.turn({ source: short });
		const { result } = await room.runner.rerun({ runId, turnIndex: 0 });
		expect(result).toMatchObject({ status: 'waiting_for_user_input', currentNode: { id: 'two' }, reply: '' });
		expect(await room.turn({ runId: result.runId, message: 'again' })).toMatchObject({
			reply: 'Second.',
			status: 'completed',
		});
	});

	test('unknown runs and turns are refused', async () => {
		const runId = await converse(chat);
		await expect(room.runner.rerun({ runId: 'no', turnIndex: 0 })).rejects.toMatchObject({
			code: 'RUN_UNKNOWN',
		});
		await expect(room.runner.rerun({ runId, turnIndex: 4 })).rejects.toMatchObject({
			code: 'TURN_UNKNOWN',
			status: 404,
		});
	});

	test('R10.10: the turns that can be re-run are counted with their re-runs', async () => {
		const runId = await converse(chat);
		await room.runner.rerun({ runId, turnIndex: 1 });
		await room.runner.rerun({ runId, turnIndex: 1 });
		const turns = await room.runner.rerunnableTurns(runId);
		expect(
			turns.map(({ turnIndex, isRerunnable, rerunCount }) => [turnIndex, isRerunnable, rerunCount]),
		).toEqual([
			[0, true, 0],
			[1, true, 2],
			[2, true, 0],
			[3, true, 0],
		]);
	});
});

describe('R10.1, R9.51: what a re-run goes on counting', () => {
	const limited = { type: 'document', document: graphOf([talk('talk', { max_turns: 2 })]) } as const;

	test('R2.51: the visit goes on where the source stood, so Max Turns counts the answers before', async () => {
		const { runId } = await room.turn({ source: limited });
		await room.turn({ runId, message: 'one' });
		const again = await room.runner.rerun({ runId, turnIndex: 1 }, { message: 'two' });
		expect(again.result).toMatchObject({ status: 'completed', variables: { max_turns_reached: true } });
		const earlier = await room.runner.rerun({ runId, turnIndex: 0 }, { message: 'one again' });
		expect(earlier.result.status).toBe('waiting_for_user_input');
	});

	test('R2.51, R9.23: an entry that the caller names begins a visit, and is announced', async () => {
		const { runId } = await room.turn({ source: limited });
		await room.turn({ runId, message: 'one' });
		const request = { runId, turnIndex: 1, target: { entryNodeId: 'talk' } };
		const { result } = await room.runner.rerun(request, { message: 'two' });
		expect(result.status).toBe('waiting_for_user_input');
		const types = result.events.map(({ type }) => type);
		expect(types.slice(0, 3)).toEqual(['start_workflow', 'force_transfer_to_node', 'user_messages']);
		expect(result.events[1]).toMatchObject({
			origin_thread_id: '0',
			origin_node_logical_id: 'talk',
			destination_node_logical_id: 'talk',
		});
		const plain = await room.runner.rerun({ runId, turnIndex: 1 });
		expect(plain.result.events.map(({ type }) => type)).toEqual([
			'start_workflow',
			'busy_wait_for_user_message',
			'end_workflow_iteration',
			'workflow_ready_for_input',
		]);
	});

	test('R5.27: an edge that fired while the source waited is not judged anew on what it has seen', async () => {
		const lab = { enabled: true, max_retries: 1, time_between_retries: 1 };
		const document = graphOf(
			[
				{ type: 'no_op', logical_id: 'entry' },
				{ type: 'no_op', logical_id: 'lab', self_loop_config: lab },
				talk('chat'),
				say('tell', 'Your result is in.'),
			],
			[
				direct('entry', 'chat'),
				{
					...direct('entry', 'lab'),
					companion_thread_config: { is_companion_thread: true, thread_id: 'lab' },
				},
				{
					...direct('chat', 'tell'),
					type: 'conditional',
					condition: { condition_expression: "[[thread_lab.self_loop_outcome]] == 'max_retries'" },
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['lab'] },
				},
				direct('tell', 'chat'),
			],
		);
		const { runId } = await room.turn({ source: { type: 'document', document } });
		await room.clock.move(1_000);
		expect((await room.turn({ runId, command: 'pump' })).reply).toContain('Your result is in.');
		await room.turn({ runId });
		const { result } = await room.runner.rerun({ runId, turnIndex: 1 });
		expect(result).toMatchObject({ status: 'waiting_for_user_input', hasBackgroundWork: false });
		const pumped = await room.turn({ runId: result.runId, command: 'pump' });
		expect(pumped).toMatchObject({ reply: '', events: [] });
	});
});

describe('R10.1: messages of a re-run of a re-run', () => {
	test('R10.8: each is deleted by itself, whatever its number was in the run it comes from', async () => {
		const first = await converse(chat);
		const { result } = await room.runner.rerun({ runId: first, turnIndex: 3 }, { message: 'four' });
		for (const message of ['five', 'six']) await room.turn({ runId: result.runId, message });
		const at = { runId: result.runId, turnIndex: 2 };
		const whole = (await room.runner.planRerun(at)).threads[0]?.messages ?? [];
		expect(whole).toHaveLength(13);
		for (const { index } of whole) {
			const messageDeletes = [{ threadId: '0', index }];
			const plan = await room.runner.planRerun({ ...at, amendment: { messageDeletes } });
			expect([index, plan.removedMessageCount]).toEqual([index, 1]);
		}
	});

	test('R2.43: only what the new run said can be talked over in it', async () => {
		const first = await converse(chat);
		const { result } = await room.runner.rerun({ runId: first, turnIndex: 3 }, { message: 'four' });
		const spoken = result.events.find(({ type }) => type === 'assistant_response');
		await room.turn({
			runId: result.runId,
			message: 'five',
			interruptedEventIds: [spoken?.logical_id ?? ''],
		});
		const said = ['Hello.', 'one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three'];
		expect(contents()?.filter((text) => !text?.startsWith('['))).toEqual([...said, 'four', 'five']);
	});
});

describe('R10.2–R10.4: targets, modes and histories', () => {
	const renamed = graphOf(
		[say('greet', 'Good day.'), talk('talk_2', { name: 'talk' })],
		[direct('greet', 'talk_2')],
	);

	test('another version is matched by name and gets what was said, without memos', async () => {
		await storeVersions(renamed);
		const runId = await converse(stored);
		const request = { runId, turnIndex: 2, target: { versionNumber: 1 } };
		const plan = await room.runner.planRerun(request);
		expect(plan).toMatchObject({
			mode: 'REMAPPED',
			historyMode: 'USER_AND_ASSISTANT_ONLY',
			entryNodeId: 'talk_2',
			targetVersionNumber: 1,
			matches: [{ sourceId: 'talk', targetId: 'talk_2', matchedBy: 'name' }],
			unmappedNodeIds: ['hello'],
		});
		const { result } = await room.runner.rerun(request, { message: 'now' });
		expect(result).toMatchObject({ versionNumber: 1, reply: 'You said: now', currentNode: { id: 'talk_2' } });
		expect(contents()).toEqual(['Hello.', 'one', 'You said: one', 'two', 'You said: two', 'now']);
	});

	test('NONE restores variables without the conversation', async () => {
		const runId = await converse(chat);
		const { result } = await room.runner.rerun(
			{ runId, turnIndex: 3, target: { historyMode: 'NONE' } },
			{ message: 'fresh' },
		);
		expect(contents()).toEqual(['fresh']);
		expect(result.variables).toEqual({ last: 'three' });
	});

	test('nothing matches: PORTABLE, and an entry node must be given', async () => {
		await storeVersions(graphOf([talk('other')]));
		const runId = await converse(stored);
		const target = { versionNumber: 1 };
		const plan = await room.runner.planRerun({ runId, turnIndex: 1, target });
		expect(plan).toMatchObject({
			mode: 'PORTABLE',
			isRerunnable: false,
			entryNodeId: null,
			suggestedEntryNodeIds: ['other'],
		});
		await expect(room.runner.rerun({ runId, turnIndex: 1, target })).rejects.toMatchObject({
			code: 'RERUN_REFUSED',
			status: 409,
			advice: expect.stringContaining('"other"'),
		});
		const given = { ...target, entryNodeId: 'other' };
		const { result } = await room.runner.rerun({ runId, turnIndex: 1, target: given }, { message: 'hi' });
		expect(result).toMatchObject({ reply: 'You said: hi', currentNode: { id: 'other' } });
	});

	test('an explicit map counts before ids and names; a requested mode is a minimum', async () => {
		await storeVersions(renamed);
		const runId = await converse(stored);
		const ask = (target: object) =>
			room.runner.planRerun({ runId, turnIndex: 1, target: { versionNumber: 1, ...target } });
		expect((await ask({ nodeIdMap: { talk: 'greet' } })).matches).toContainEqual(
			expect.objectContaining({ sourceId: 'talk', targetId: 'greet', matchedBy: 'explicit' }),
		);
		expect(await ask({ requestedMode: 'REMAPPED' })).toMatchObject({ isRerunnable: true });
		expect(await ask({ requestedMode: 'EXACT' })).toMatchObject({ isRerunnable: false, mode: 'REMAPPED' });
		await expect(ask({ nodeIdMap: { no: 'greet' } })).rejects.toMatchObject({ code: 'RUN_INPUT_REFUSED' });
		await expect(ask({ entryNodeId: 'no' })).rejects.toMatchObject({ code: 'RUN_INPUT_REFUSED' });
	});

	test("the default target is the active version of the source's workflow", async () => {
		await storeVersions(renamed);
		const runId = await converse(stored);
		await room.store.activateVersion('w', 1);
		expect(await room.runner.planRerun({ runId, turnIndex: 0 })).toMatchObject({
			targetWorkflowId: 'w',
			targetVersionNumber: 1,
		});
	});
});

describe('R10.8: amendments', () => {
	test('edits, appends and deletes address the transcript as it was', async () => {
		const runId = await converse(chat);
		const amendment = {
			messageEdits: [{ threadId: '0', index: 1, text: 'first, edited' }],
			messageDeletes: [{ threadId: '0', index: 2 }],
			messageAppends: [{ threadId: '0', role: 'assistant', text: 'One more thing.' } as const],
			runtimeVariables: { '0': { plan: 'gold' } },
			dynamicVariables: { patient: 'Bo' },
		};
		const plan = await room.runner.planRerun({ runId, turnIndex: 1, amendment });
		expect(plan).toMatchObject({
			isEdited: true,
			removedMessageCount: 1,
			dynamicVariables: { patient: 'Bo' },
		});
		expect(plan.threads[0]?.messages.map(({ text }) => text)).toEqual([
			'Hello.',
			'first, edited',
			'One more thing.',
		]);
		const { result } = await room.runner.rerun({ runId, turnIndex: 1, amendment }, { message: 'x' });
		expect(result.variables).toMatchObject({ plan: 'gold', last: 'one' });
		expect(contents()).toEqual(expect.arrayContaining(['first, edited', 'One more thing.', 'x']));
		expect(contents()).not.toContain('You said: one');
		expect(await room.runner.transcript(runId)).toContain('User: one');
	});

	test('R10.8, R2.30: an appended line of the assistant counts as said', async () => {
		const document = graphOf(
			[talk('talk', { self_loop: false }), { type: 'end_conversation', logical_id: 'end' }],
			[direct('talk', 'end')],
		);
		const { runId } = await room.turn({ source: { type: 'document', document } });
		const messageAppends = [
			{ threadId: '0', role: 'user', text: 'Are you open?' },
			{ threadId: '0', role: 'assistant', text: 'Until six.' },
		] as const;
		const amendment = { messageAppends: [...messageAppends] };
		const { result } = await room.runner.rerun({ runId, turnIndex: 0, amendment }, { message: 'Thanks' });
		expect(result.variables['raw_conversation_transcript']).toBe(
			'User: Are you open?\nAssistant: Until six.\nUser: Thanks\nAssistant: You said: Thanks',
		);
	});

	test.each([
		['an index that is not there', { messageEdits: [{ threadId: '0', index: 9, text: 'x' }] }],
		['a thread that is not there', { messageAppends: [{ threadId: '7', role: 'user' as const, text: 'x' }] }],
		['a blank text', { messageEdits: [{ threadId: '0', index: 0, text: ' ' }] }],
	])('%s is refused', async (_name, amendment) => {
		const runId = await converse(chat);
		await expect(room.runner.planRerun({ runId, turnIndex: 1, amendment })).rejects.toMatchObject({
			code: 'RUN_INPUT_REFUSED',
		});
	});
});

describe('R10.1, R7.3: a re-run of a graph with an embedded workflow', () => {
	const outer = graphOf(
		[
			talk('front'),
			{ type: 'super_node', logical_id: 'box', super_workflow_id: 'inner' },
			say('end', 'Bye.'),
		],
		[direct('front', 'box'), direct('box', 'end')],
	);
	const inner = (greeting: string) =>
		JSON.stringify(graphOf([say('hello', greeting), talk('desk')], [direct('hello', 'desk')]));

	/** A run that stands inside the embedded workflow at the end of its second turn, turn 1. */
	async function inside(): Promise<string> {
		await room.store.createWorkflow({
			id: 'inner',
			name: 'I',
			description: null,
			document: inner('Welcome.'),
		});
		await room.store.createWorkflow({
			id: 'w',
			name: 'W',
			description: null,
			document: JSON.stringify(outer),
		});
		const { runId } = await room.turn({ source: stored });
		const entered = await room.turn({ runId, message: 'one' });
		expect(entered.currentNode?.id).toBe('box__desk');
		return runId;
	}

	test('stands inside it again, and goes on from there', async () => {
		const runId = await inside();
		const { plan, result } = await room.runner.rerun({ runId, turnIndex: 1 });
		expect(plan).toMatchObject({ isRerunnable: true, mode: 'EXACT', unmappedNodeIds: [] });
		expect(plan.entryNodeId).toBe('box__desk');
		expect(result).toMatchObject({
			currentNode: { id: 'box__desk' },
			status: 'waiting_for_user_input',
			reply: '',
		});
		const { runId: rerunId } = result;
		expect(await room.turn({ runId: rerunId, message: 'in' })).toMatchObject({
			reply: 'You said: in\n\nBye.',
			status: 'completed',
		});
	});

	test('when the embedded workflow was changed, nodes are matched by what they still are', async () => {
		const runId = await inside();
		await room.store.updateVersion('inner', 0, { document: inner('Good day.') });
		const { plan, result } = await room.runner.rerun({ runId, turnIndex: 1 }, { message: 'again' });
		expect(plan).toMatchObject({ isRerunnable: true, unmappedNodeIds: [], entryNodeId: 'box__desk' });
		expect(result).toMatchObject({ error: null, reply: 'You said: again\n\nBye.' });
	});
});
