/** A run under test: a real engine on a made-up graph, a scripted model, a clock moved by hand. */

import {
	advance,
	createState,
	decodeEvents,
	encodeEvents,
	fold,
	loadState,
	nextDueAt,
	restUntil,
	saveState,
	type RunState,
} from '../../lib/engine/engine';
import type { Command, Ports, RunEvent, Surroundings, TurnInput, WireEvent } from '../../lib/engine/contract';
import { loadGraph } from '../../lib/graph/build';
import type { Graph } from '../../lib/graph/graph';
import type { Http } from '../../lib/http';
import type { Json, JsonObject } from '../../lib/json';
import type { ModelAnswer, ModelRequest } from '../../lib/llm/contract';
import { silentLog } from '../../lib/log';
import type { Tools } from '../../lib/tool/contract';
import { expectOrder, expectShapes, tellAll } from '../wire/told';
import { movedClock, type MovedClock } from './clock';

/** What the scripted model says: a text, exits picked by destination name, tool calls, an object, or a failure. */
export interface Reply {
	text?: string;
	pick?: string | string[];
	/** Name of the exit tool to call, as it was offered. */
	pickTool?: string;
	args?: JsonObject;
	tools?: Array<{ name: string; arguments: JsonObject }>;
	output?: Json;
	fail?: Error;
	/** Milliseconds on the moved clock before the answer. */
	delayMs?: number;
}

export type Script = (request: ModelRequest, call: number) => Reply | Promise<Reply>;

export interface World {
	graph: Graph;
	state: RunState;
	clock: MovedClock;
	/** Every event that reached the journal, in order. */
	log: RunEvent[];
	wire: WireEvent[];
	requests: ModelRequest[];
	ports: Ports;
	surroundings: Surroundings;
	start(message?: string, input?: Partial<TurnInput>): Promise<string>;
	say(message: string, input?: Partial<TurnInput>): Promise<string>;
	send(command: Command): Promise<string>;
	/** The trace of R2's worked examples: `S(A) →d P(B)`. */
	trace(from: number): string;
	/** The state folded anew from the log alone, through the codec. */
	refold(): RunState;
	/** Continues as after a crash: only what the journal holds survives. */
	crash(): void;
	/** What was shown before a crash may lack what was stored in its moment. */
	hasCrashed: boolean;
	pauseRequested: boolean;
	/** Ends what the next commands do when it aborts. */
	signal: AbortSignal | null;
	/** Called before each append; a throw is a crash at that point. */
	onAppend: ((events: readonly RunEvent[], mustHold: boolean) => void) | null;
	types(from?: number): string[];
	spoken(from?: number): string[];
	warnings(): string[];
}

export interface WorldOptions {
	graph: JsonObject | Graph;
	script?: Script;
	http?: Http;
	tools?: Tools;
	surroundings?: Partial<Surroundings>;
	clock?: MovedClock;
}

const noTools: Tools = {
	call: () => Promise.resolve({ ok: false, code: 'NO_TOOLS', message: 'No tools in this test' }),
	sideEffectOf: () => 'unknown',
};

/** Those of the test in progress that are not checked yet; a property has hundreds, and few at a time. */
const worlds: World[] = [];
const MAX_UNCHECKED = 16;
afterEach(() => {
	for (const world of worlds.splice(0)) expectRecord(world);
});

export function createWorld(options: WorldOptions): World {
	const graph = isGraph(options.graph) ? options.graph : loadGraph(options.graph);
	const clock = options.clock ?? movedClock();
	const requests: ModelRequest[] = [];
	const script: Script = options.script ?? (() => ({ text: 'ok' }));
	const http: Http = options.http ?? { send: () => Promise.reject(new Error('No HTTP in this test')) };
	const ports: Ports = {
		clock,
		http,
		log: silentLog,
		tools: options.tools ?? noTools,
		newSeed: () => 'seed',
		models: {
			async call(request) {
				const call = requests.push(request) - 1;
				const reply = await script(request, call);
				if (reply.delayMs) await clock.sleep(reply.delayMs, request.signal);
				request.signal.throwIfAborted();
				if (reply.fail) throw reply.fail;
				return answerOf(reply, request, call);
			},
		},
	};
	const surroundings: Surroundings = { globals: {}, secrets: {}, namedLlms: {}, ...options.surroundings };

	/** What the index of runs would hold, written with the last event that it knows. */
	let due: { atMs: number | null; eventCount: number } = { atMs: null, eventCount: 0 };
	const world: World = {
		graph,
		state: createState(),
		clock,
		log: [],
		wire: [],
		requests,
		ports,
		surroundings,
		hasCrashed: false,
		pauseRequested: false,
		signal: null,
		onAppend: null,
		start: (message, input) =>
			world.send({
				type: 'turn',
				input: turnInput(message, input),
				begin: {
					runId: 'workflow_run_1',
					workflowId: 'w1',
					versionNumber: 0,
					versionName: null,
					seed: 'seed',
					runBy: null,
					welcomeMessage: null,
					startNodeId: null,
					provided: {},
					miscellaneous: {},
					source: null,
				},
			}),
		say: (message, input) => world.send({ type: 'turn', input: turnInput(message, input) }),
		async send(command) {
			const [from, shown] = [world.log.length, world.wire.length];
			await advance({
				graph,
				state: world.state,
				command,
				ports,
				surroundings,
				journal: {
					append(events, mustHold) {
						world.onAppend?.(events, mustHold);
						world.log.push(...events);
						return Promise.resolve();
					},
				},
				pauseRequested: () => world.pauseRequested,
				...(world.signal === null ? {} : { signal: world.signal }),
				onEvent: (event) => world.wire.push(event),
			});
			due = { atMs: nextDueAt(graph, world.state), eventCount: world.state.eventCount };
			// Whatever a test is about, nothing that its run tells deviates from the protocol.
			expectShapes(world.wire.slice(shown));
			return world.trace(from);
		},
		trace: (from) => traceOf(graph, world.log.slice(from)),
		refold() {
			const state = createState();
			for (const event of decodeEvents(encodeEvents(world.log, graph), graph)) fold(state, event, graph);
			return state;
		},
		crash() {
			world.hasCrashed = true;
			clock.forget();
			world.state = loadState(saveState(world.refold()));
			// The end of a turn that was stored before the crash has moved the index with it.
			if (world.state.eventCount !== due.eventCount)
				due = { atMs: nextDueAt(graph, world.state), eventCount: world.state.eventCount };
			restUntil(graph, world.state, due.atMs);
		},
		types: (from = 0) => world.wire.slice(from).map((event) => event.type),
		spoken: (from = 0) =>
			world.wire
				.slice(from)
				.flatMap((event) => (event.type === 'assistant_response' ? [String(event['content'])] : [])),
		warnings: () =>
			world.wire.flatMap((event) =>
				event.type === 'workflow_warning' ? [String(event['warning_message'])] : [],
			),
	};
	if (worlds.push(world) > MAX_UNCHECKED) expectRecord(worlds.shift() as World);
	return world;
}

/** The log tells a whole run in order, and what was shown live is just that (R5.33). */
function expectRecord({ graph, log, wire, surroundings, hasCrashed }: World): void {
	const told = tellAll({ graph, log, globals: surroundings.globals });
	if (hasCrashed) expectShapes(told);
	expectOrder(told);
	if (hasCrashed) return;
	const recorded = wire.filter(
		(event) => event.type !== 'waiting_evaluation_boundary' || event['transitioned'] === true,
	);
	// Comparing texts is a hundred times faster, and most runs are equal.
	if (JSON.stringify(recorded) !== JSON.stringify(told)) expect(recorded).toEqual(told);
}

function isGraph(graph: JsonObject | Graph): graph is Graph {
	return 'nodesById' in graph;
}

export function turnInput(message?: string, input: Partial<TurnInput> = {}): TurnInput {
	return {
		messages: message === undefined ? {} : { '0': [{ text: message }] },
		overrides: {},
		dynamicVariables: {},
		runtimeVariables: {},
		idempotencyKey: null,
		...input,
	};
}

function answerOf(reply: Reply, request: ModelRequest, call: number): ModelAnswer {
	const picks = reply.pick === undefined ? [] : [reply.pick].flat();
	const toolCalls = [
		...(reply.tools ?? []).map((tool, index) => ({ id: `call_${call}_${index}`, ...tool })),
		...(reply.pickTool === undefined
			? []
			: [
					{
						id: `tool_${request.messages.length}`,
						name: reply.pickTool,
						arguments: { justification: 'because' },
					},
				]),
		...picks.map((name, index) => {
			const wanted = `Destination_Node_${name.replace(/[^A-Za-z0-9]+/g, '_')}_`;
			const tool = request.tools.find((each) => each.name.startsWith(wanted));
			if (!tool)
				throw new Error(
					`No exit to ${name} was offered; there are ${request.tools.map((each) => each.name).join(', ') || 'none'}`,
				);
			return {
				id: `pick_${call}_${index}`,
				name: tool.name,
				arguments: { justification: 'because', ...reply.args },
			};
		}),
	];
	const usage = { promptTokens: 10, completionTokens: 5, totalTokens: 15, estimated: false };
	return {
		text: reply.text ?? '',
		toolCalls,
		...(reply.output === undefined ? {} : { output: reply.output }),
		finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
		usage,
		provider: 'openai',
		model: 'scripted',
		latencyMs: 1,
		wasStreamed: false,
		calls: [
			{
				provider: 'openai',
				model: 'scripted',
				namedConfigId: null,
				namedConfigName: null,
				usage,
				latencyMs: 1,
				won: true,
				usedUserKey: false,
			},
		],
		failedParses: [],
		saidFiller: false,
		namedConfigId: null,
		namedConfigName: null,
		usedUserKey: false,
	};
}

const HOPS: Record<string, string> = {
	direct: '→d',
	conditional: '→c',
	global: '→g',
	reverse: '→r',
	waiting: '→w',
};

/** `S` speaks, `W` works silently, `P` parks, arrows hop, `END` ends the thread; other threads carry their id. */
function traceOf(graph: Graph, events: readonly RunEvent[]): string {
	const words: string[] = [];
	for (const event of events) {
		const on =
			'thread' in event && event.thread && event.thread !== '0'
				? `${event.thread.replace(/^.*_companion_/, '')}:`
				: '';
		if (event.type === 'nodeEnded') {
			const node = graph.nodesById.get(event.nodeId);
			const speaks = node?.type === 'say_llm' || node?.type === 'say_static';
			words.push(`${on}${speaks ? 'S' : 'W'}(${event.nodeId})`);
		} else if (event.type === 'hopped') words.push(`${on}${HOPS[event.kind]}`);
		else if (event.type === 'parked') words.push(`${on}P(${event.nodeId})`);
		else if (event.type === 'threadEnded') words.push(`${on}END`);
	}
	return words.join(' ');
}
