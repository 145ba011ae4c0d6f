/** A runner under test: real engine and store, a scripted model, a clock moved by hand. */

import { systemClock, type Clock } from '../../lib/clock';
import type { Ports, Surroundings } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import type { ModelAnswer, ModelRequest } from '../../lib/llm/contract';
import { silentLog } from '../../lib/log';
import type { Runner, RunnerOptions, TurnRequest, TurnResult } from '../../lib/run/contract';
import { createRunner } from '../../lib/run/runner';
import type { Store } from '../../lib/store/contract';
import { openStore } from '../../lib/store/open';
import type { Tools } from '../../lib/tool/contract';
import { movedClock, type MovedClock } from '../engine/clock';
import { expectOrder, expectRecord, expectShapes } from '../wire/told';

/** What the model does when it is called: a text, or anything that takes time or fails. */
export type Script = (request: ModelRequest, call: number) => string | Promise<string>;

export interface Room {
	store: Store;
	runner: Runner;
	clock: MovedClock;
	ports: Ports;
	requests: ModelRequest[];
	turn(request: TurnRequest): Promise<TurnResult>;
	/** Another runner on the same store, as in another process. */
	another(options?: Partial<RunnerOptions>): Runner;
	close(): Promise<void>;
}

export interface RoomOptions extends Partial<RunnerOptions> {
	script?: Script;
	path?: string;
	/** Lets time run; for tests in which runners wait for each other. */
	realTime?: boolean;
	tools?: Tools;
}

export async function openRoom(options: RoomOptions = {}): Promise<Room> {
	const moved = movedClock();
	const clock: Clock = options.realTime === true ? systemClock : moved;
	const requests: ModelRequest[] = [];
	const script = options.script ?? echo;
	let seeds = 0;
	const ports: Ports = {
		clock,
		log: silentLog,
		http: { send: () => Promise.reject(new Error('No HTTP in this test.')) },
		tools: options.tools ?? {
			call: () => Promise.reject(new Error('No tools in this test.')),
			sideEffectOf: () => 'writes',
		},
		newSeed: () => `seed ${(seeds += 1)}`,
		models: {
			async call(request) {
				const call = requests.push(request) - 1;
				const text = await script(request, call);
				request.signal.throwIfAborted();
				return answer(text);
			},
		},
	};
	const store =
		options.store ??
		(await openStore(
			options.path === undefined ? { type: 'memory', clock } : { type: 'sqlite', path: options.path, clock },
		));
	const surroundings: Surroundings = { globals: { clinic: 'Elm Street' }, secrets: {}, namedLlms: {} };
	const another = (more: Partial<RunnerOptions> = {}) =>
		createRunner({ store, ports, surroundings: () => Promise.resolve(surroundings), ...options, ...more });
	const runner = another();
	const others: Runner[] = [];
	return {
		store,
		runner,
		clock: moved,
		ports,
		requests,
		turn: (request) => runner.turn(request),
		another: (more) => {
			const other = another(more);
			others.push(other);
			return other;
		},
		async close() {
			await expectRuns(store, runner);
			for (const each of [runner, ...others]) await each.close();
			await store.close();
		},
	};
}

/** Whatever a test is about, nothing that its runs have told deviates from the protocol. */
async function expectRuns(store: Store, runner: Runner): Promise<void> {
	const { rows } = await store.listRuns({ limit: 100, offset: 0 });
	for (const { id } of rows) {
		const events = await runner.events(id);
		expectShapes(events);
		expectOrder(events);
		expectRecord(await runner.record(id));
	}
}

const echo: Script = ({ messages }) => `You said: ${messages.at(-1)?.content ?? 'nothing'}`;

function answer(text: string): ModelAnswer {
	const usage = { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false };
	const call = {
		provider: 'openai',
		model: 'scripted',
		namedConfigId: null,
		namedConfigName: null,
		usage,
		latencyMs: 1,
		won: true,
		usedUserKey: false,
	};
	return {
		text,
		toolCalls: [],
		finishReason: 'stop',
		usage,
		provider: 'openai',
		model: 'scripted',
		latencyMs: 1,
		wasStreamed: false,
		calls: [call],
		failedParses: [],
		saidFiller: false,
		namedConfigId: null,
		namedConfigName: null,
		usedUserKey: false,
	};
}

/** A hydrated graph of these nodes and edges; the first node starts. */
export function graphOf(nodes: JsonObject[], edges: JsonObject[] = [], more: JsonObject = {}): JsonObject {
	return {
		workflow_config: { name: 'Test', ...more },
		node_configs: nodes.map((node, index) => ({
			name: node.logical_id ?? null,
			is_start: index === 0,
			...node,
		})),
		edge_configs: edges,
	};
}

export function say(id: string, text: string, more: JsonObject = {}): JsonObject {
	return { type: 'say_static', logical_id: id, static_messages_config: { static_messages: [text] }, ...more };
}

/** A model node that waits for the user and answers forever. */
export function talk(id: string, more: JsonObject = {}): JsonObject {
	return {
		type: 'say_llm',
		logical_id: id,
		wait_for_user_message: true,
		self_loop: true,
		llms_config: llm,
		...more,
	};
}

const llm = { provider: 'openai', model_name: 'scripted' };

export function direct(from: string, to: string): JsonObject {
	return {
		type: 'direct',
		logical_id: `${from}_to_${to}`,
		source_node_logical_id: from,
		destination_node_logical_id: to,
	};
}

/** Greets, then talks for as long as the user does. */
export const chatGraph = graphOf([say('hello', 'Hello.'), talk('talk')], [direct('hello', 'talk')]);

/** Says two lines and ends. */
export const shortGraph = graphOf([say('one', 'First.'), say('two', 'Second.')], [direct('one', 'two')]);

export const chat = { type: 'document', document: chatGraph } as const;
export const short = { type: 'document', document: shortGraph } as const;
