/** R1.11 as a whole: every command on every state of a run, with every kind of input, as the rules tell it. */

import { codeOf } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import type { CommandName } from '../../lib/run/commands';
import type { TurnRequest, TurnResult } from '../../lib/run/contract';
import { direct, graphOf, openRoom, say, talk, type Room } from './room';
import { stand, type StateName, type Stood } from './states';

const COMMANDS = ['start', 'data', 'resume', 'pause', 'stop', 'pump'] as const;

/** The columns of R1.11. */
type Column = 'no run id' | 'waiting' | 'running' | 'paused' | 'terminal' | 'queued';

const STATES: Record<StateName, { column: Column; status: string }> = {
	none: { column: 'no run id', status: '' },
	'never started': { column: 'queued', status: 'not_started' },
	parked: { column: 'waiting', status: 'waiting_for_user_input' },
	'parked with companions': { column: 'waiting', status: 'waiting_for_user_input' },
	'broken off': { column: 'waiting', status: 'running' },
	'broken off in the middle': { column: 'waiting', status: 'running' },
	'paused while parked': { column: 'paused', status: 'paused' },
	'paused in the middle': { column: 'paused', status: 'paused' },
	'paused with companions only': { column: 'paused', status: 'paused' },
	'companions only': { column: 'running', status: 'running' },
	completed: { column: 'terminal', status: 'completed' },
	failed: { column: 'terminal', status: 'failed' },
	cancelled: { column: 'terminal', status: 'cancelled' },
	looping: { column: 'terminal', status: 'aborted_looping_risk' },
	reaped: { column: 'terminal', status: 'failed' },
};

/** What a command does: a refusal by its status, a turn, or a change of status alone. */
type Cell = '400' | '409' | 'begins' | 'turn' | 'goes on' | 'paused' | 'cancelled' | 'no change' | 'pumps';

const TABLE: Record<CommandName, Record<Column, Cell>> = {
	start: row('begins', 'begins', 'turn', '409', '409', '409'),
	data: row('400', 'begins', 'turn', '409', '409', '409'),
	resume: row('400', '409', 'turn', '409', 'goes on', '409'),
	pause: row('400', '409', 'paused', 'paused', 'no change', '409'),
	stop: row('400', 'cancelled', 'cancelled', 'cancelled', 'cancelled', 'no change'),
	pump: row('400', 'no change', 'pumps', 'pumps', 'no change', 'no change'),
};

function row(none: Cell, queued: Cell, waiting: Cell, running: Cell, paused: Cell, terminal: Cell) {
	return { 'no run id': none, queued, waiting, running, paused, terminal };
}

const llm = (threadId: string) => ({
	thread_to_node_inputs: { [threadId]: { node_run_inputs: [{ type: 'llm', messages: [{ content: 'x' }] }] } },
});

/** Inputs that say something beside the command; `refusal` is what a turn answers to them. */
const INPUTS: Array<{ name: string; request: Partial<TurnRequest>; refusal?: string }> = [
	{ name: 'nothing', request: {} },
	{ name: 'a message', request: { message: 'hi' } },
	{ name: 'a blank message', request: { message: ' ' } },
	{
		name: 'variables alone',
		request: { runtimeVariables: { color: 'red' }, dynamicVariables: { who: 'Ann' } },
	},
	{ name: 'a version', request: { runInput: { version_number: 7 } } },
	{ name: 'a thread that the run does not have', request: { runInput: llm('9') }, refusal: '400' },
	{ name: 'a companion thread', request: { runInput: llm('0_companion_lab') }, refusal: '400' },
	{
		name: 'a node that does not wait',
		request: {
			runInput: {
				thread_to_node_inputs: { '0': { node_run_inputs: [{ type: 'llm', node_logical_id: 'poll' }] } },
			},
		},
		refusal: '400',
	},
	{ name: 'a state', request: { runInput: { initial_state: {} } }, refusal: '400' },
];

async function outcomeOf(work: Promise<TurnResult>): Promise<TurnResult | string> {
	return await work.catch((error: { status?: number }) => {
		if (codeOf(error) === undefined) throw error;
		return String(error.status);
	});
}

/** All that a refused command must leave as it was. */
async function snapshotOf({ room, runId }: Stood): Promise<unknown> {
	if (runId === undefined) return (await room.store.listRuns({ limit: 9, offset: 0 })).total;
	const found = await room.store.findRun(runId);
	return [found?.status, found?.head, found?.turnCount, room.requests.length];
}

/** A run input holds the command itself on the wire. */
function requestOf(stood: Stood, command: CommandName, input: Partial<TurnRequest>): TurnRequest {
	const { runId, source } = stood;
	const wire =
		command !== 'pump' && input.runInput !== undefined ? { ...input.runInput, command } : undefined;
	const runInput = (wire ?? input.runInput) as JsonObject | undefined;
	return {
		...input,
		command,
		...(runInput === undefined ? {} : { runInput }),
		...(runId === undefined ? { source } : { runId }),
	};
}

const names = Object.keys(STATES) as StateName[];

describe.each(names)('R1.11: a run that is: %s', (name) => {
	const { column } = STATES[name];
	for (const command of COMMANDS) {
		for (const input of INPUTS) {
			const cell = TABLE[command][column];
			// What the input has to say counts only where it would be delivered.
			const delivers = cell === 'turn' || cell === 'goes on' || cell === 'begins';
			const isMalformed = input.name === 'a state';
			const hasMainThread = name !== 'paused with companions only';
			const misses =
				delivers &&
				!hasMainThread &&
				(input.request.message !== undefined || input.request.runInput !== undefined) &&
				input.name !== 'a version';
			const refusal =
				isMalformed || misses || (delivers && input.refusal !== undefined)
					? '400'
					: cell === '400' || cell === '409'
						? cell
						: null;
			test(`${command} with ${input.name}: ${refusal ?? cell}`, async () => {
				const stood = await stand(name);
				try {
					expect(stood.status ?? '').toBe(STATES[name].status);
					const before = await snapshotOf(stood);
					const result = await outcomeOf(stood.room.turn(requestOf(stood, command, input.request)));
					if (refusal !== null) {
						expect(result).toBe(refusal);
						// What a crash broke off is finished before anything is looked at.
						if (!name.startsWith('broken off') || isMalformed)
							expect(await snapshotOf(stood)).toEqual(before);
						return;
					}
					expect(result).toMatchObject(expected(stood, { name, command, cell, input: input.request }));
					if (cell === 'no change') expect(await snapshotOf(stood)).toEqual(before);
					// R1.33: whoever asks a run that failed learns why.
					expect((result as TurnResult).error !== null).toBe(
						/failed|aborted/.test((result as TurnResult).status),
					);
					const { runId, turnNumber, status } = result as TurnResult;
					const record = await stood.room.runner.record(runId);
					expect(record['input_output_pairs']).toHaveLength(turnNumber);
					expect(record['status']).toBe(status);
					expect((await stood.room.store.findRun(runId))?.status).toBe(status);
				} finally {
					await stood.close();
				}
			});
		}
	}
});

interface Asked {
	name: StateName;
	command: CommandName;
	cell: Cell;
	input: Partial<TurnRequest>;
}

function expected(stood: Stood, asked: Asked): Partial<TurnResult> {
	const { name, command, cell, input } = asked;
	const isBroken = name.startsWith('broken off');
	const said = input.message === undefined ? [] : [`You said: ${input.message}`];
	const reply = (...texts: string[]) => texts.filter((text) => text.trim() !== '').join('\n\n');
	// The turn that a crash broke off comes first, except for a stop (R1.14).
	const lead = name === 'broken off' && command !== 'stop' ? ['You said: two'] : [];
	if (name === 'broken off in the middle') {
		// A pause lets the node in progress finish and stops before the next (R1.12).
		if (command === 'pause') lead.push('You said: one');
		else if (command !== 'stop') lead.push('You said: one', 'Second.');
	}
	const turns = stood.turnNumber + (isBroken ? 1 : 0);
	const waiting = { status: 'waiting_for_user_input', isWaitingForInput: true, isCompleted: false } as const;
	switch (cell) {
		case 'begins':
			return { ...waiting, turnNumber: 1, reply: reply('Hello.', ...said) };
		case 'turn':
			return { ...waiting, turnNumber: turns + 1, reply: reply(...lead, ...said) };
		case 'goes on':
			if (name === 'paused with companions only') return { status: 'running', turnNumber: 2, reply: '' };
			if (name === 'paused in the middle') {
				return { ...waiting, turnNumber: 2, reply: reply('Second.', ...said) };
			}
			return { ...waiting, turnNumber: turns + 1, reply: reply(...said) };
		case 'paused':
			return { status: 'paused', turnNumber: turns, isWaitingForInput: false, reply: reply(...lead) };
		case 'cancelled':
			return { status: 'cancelled', turnNumber: turns, isCompleted: true, error: null, reply: '' };
		case 'pumps':
			return name === 'companions only'
				? { status: 'running', turnNumber: 1, isWaitingForInput: false }
				: { ...waiting, turnNumber: turns, reply: reply(...lead) };
		default:
			return { status: STATES[name].status as TurnResult['status'], turnNumber: stood.turnNumber, reply: '' };
	}
}

describe.each(names.filter((name) => name !== 'none' && name !== 'never started'))(
	'a delivery repeated to a run that is: %s',
	(name) => {
		for (const command of ['start', 'data', 'resume', 'pump'] as const) {
			test(`${command} under the key of a message gets its first answer, and nothing changes`, async () => {
				const stood = await stand(name);
				try {
					const { room, runId = '', delivered } = stood;
					if (delivered === null) return;
					// What a crash broke off is finished first, by whatever comes next.
					if (name.startsWith('broken off')) await room.turn({ runId, command: 'pump' });
					const before = await snapshotOf(stood);
					const request = { runId, command, message: 'other words', idempotencyKey: delivered.key };
					const again = await room.turn(request);
					expect(again).toMatchObject({ repeated: true, reply: delivered.reply });
					expect(await snapshotOf(stood)).toEqual(before);
					expect(await room.another().turn(request)).toMatchObject({
						repeated: true,
						reply: delivered.reply,
					});
				} finally {
					await stood.close();
				}
			});
		}
	},
);

describe('a workflow that changes while its runs go on', () => {
	const first = graphOf([say('hello', 'First.'), talk('talk')], [direct('hello', 'talk')]);
	let room: Room;
	beforeEach(async () => {
		room = await openRoom();
		const document = JSON.stringify(first);
		await room.store.createWorkflow({ id: 'w', name: 'W', description: null, document });
	});
	afterEach(() => room.close());

	const begin = { source: { type: 'stored', workflowId: 'w', version: 0 }, idempotencyKey: 'k0' } as const;
	/** The version the run was started on is gone, and the new one starts elsewhere. */
	async function replaceVersion(): Promise<void> {
		const document = JSON.stringify(graphOf([talk('other')]));
		await room.store.createVersion('w', { name: null, document, activate: true });
		await room.store.deleteVersion('w', 0);
	}

	test.each(['start', 'data', 'resume', 'pause', 'stop', 'pump'] as const)(
		'R1.29, R1.15: %s on a run whose version was deleted does what it did before',
		async (command) => {
			const { runId } = await room.turn(begin);
			await replaceVersion();
			const runner = room.another();
			const result = await runner.turn({ runId, command, message: command === 'pump' ? null : 'hi' });
			const speaks = command === 'start' || command === 'data' || command === 'resume';
			expect(result.reply).toBe(speaks ? 'You said: hi' : '');
			expect(result.currentNode?.id).toBe('talk');
			expect(result.versionNumber).toBe(0);
		},
	);

	test('a repeated first delivery gets the first answer, though its version is gone', async () => {
		const { runId } = await room.turn(begin);
		await replaceVersion();
		expect(await room.another().turn(begin)).toMatchObject({ runId, reply: 'First.', repeated: true });
		await expect(room.turn({ ...begin, idempotencyKey: 'k1' })).rejects.toMatchObject({
			code: 'VERSION_UNKNOWN',
		});
	});

	test('a repeated first delivery gets the first answer, though its start node is gone', async () => {
		const active = { ...begin, source: { ...begin.source, version: 'active' }, startNodeId: 'talk' } as const;
		const { runId } = await room.turn(active);
		await replaceVersion();
		expect(await room.turn(active)).toMatchObject({ runId, repeated: true, currentNode: { id: 'talk' } });
		await expect(room.turn({ ...active, idempotencyKey: 'k1' })).rejects.toMatchObject({
			code: 'RUN_INPUT_REFUSED',
		});
	});
});

describe('R1.17: a start override', () => {
	const inner = graphOf([say('greet', 'Inside.'), talk('desk')], [direct('greet', 'desk')]);
	const document = graphOf(
		[
			{ type: 'no_op', logical_id: 'entry' },
			talk('talk'),
			{ type: 'super_node', logical_id: 'box', encapsulated_workflow_config: inner },
			{ type: 'no_op', logical_id: 'off', disabled: true },
			{ type: 'no_op', logical_id: 'beside' },
			say('tell', 'Told.'),
		],
		[
			direct('entry', 'talk'),
			{
				...direct('entry', 'beside'),
				companion_thread_config: { is_companion_thread: true, thread_id: 'x' },
			},
		],
	);
	const source = { type: 'document', document } as const;
	let room: Room;
	beforeEach(async () => (room = await openRoom()));
	afterEach(() => room.close());

	test.each([
		['entry', ['entry'], 'talk'],
		['talk', [], 'talk'],
		['tell', ['tell'], 'tell'],
		// The super node stands for the start of what it holds (R7.3.4).
		['box', ['box__greet'], 'box__desk'],
		['box__desk', [], 'box__desk'],
	])('at %s executes %j', async (startNodeId, path, currentNode) => {
		const begun = await room.turn({ source, startNodeId });
		expect(begun.path.map(({ nodeId }) => nodeId)).toEqual(path);
		expect(begun.currentNode?.id).toBe(currentNode);
		const node = begun.events.find((event) => 'origin_node_logical_id' in event);
		expect(node?.type).toBe('force_transfer_to_node');
	});

	test.each(['no', 'off', 'beside'])('at %s is refused with 400, and no run begins', async (startNodeId) => {
		await expect(room.turn({ source, startNodeId })).rejects.toMatchObject({ status: 400 });
		expect((await room.store.listRuns({ limit: 1, offset: 0 })).total).toBe(0);
	});

	test('on a run that has begun is ignored, whatever it names', async () => {
		const { runId } = await room.turn({ source });
		for (const startNodeId of ['tell', 'no', 'off', 'beside']) {
			const next = await room.turn({ runId, startNodeId, message: 'hi' });
			expect(next).toMatchObject({ reply: 'You said: hi', currentNode: { id: 'talk' } });
			expect(next.events.map(({ type }) => type)).not.toContain('force_transfer_to_node');
		}
	});

	test('R1.20, R3.57: the first input may name the node that a disabled start leads to', async () => {
		const off = { type: 'no_op', logical_id: 'off', disabled: true };
		const graph = graphOf([off, talk('talk'), talk('other')], [direct('off', 'talk')]);
		const naming = (nodeId: string) => ({
			source: { type: 'document', document: graph } as const,
			runInput: {
				thread_to_node_inputs: {
					'0': { node_run_inputs: [{ type: 'llm', node_logical_id: nodeId, messages: [{ content: 'hi' }] }] },
				},
			},
		});
		expect(await room.turn(naming('talk'))).toMatchObject({ reply: 'You said: hi' });
		await expect(room.turn(naming('other'))).rejects.toMatchObject({ status: 400 });
	});
});
