/** The step a behavior is given: all it does is written as events, and skipped when a crash repeats it. */

import type { Effect, ModelCall, SpokenText, Step, TranscriptLine, Write } from '../behavior/contract';
import type { ExitTool } from '../edge/contract';
import type { LlmOrGroup } from '../graph/model';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';
import type { StaticMessages } from '../graph/prompt';
import type { Json, JsonObject } from '../json';
import type { ModelAnswer, ModelMessage, ToolCall } from '../llm/contract';
import { resolveLlm } from '../llm/resolve';
import { callModel, type StoppableCall } from './call-model';
import type { Context, Unstamped } from './context';
import { historyOf, modelMessage, transcriptOf } from './history';
import { perform } from './perform';
import { choosePosition } from './choice';
import { FILLER_LISTS, type Frame, type ThreadState } from './state';

export interface StepParts {
	context: Context;
	thread: ThreadState;
	node: Node;
	/** Companion-edge id for a worker beside the main execution, else null. */
	lane: string | null;
	exits: readonly ExitTool[];
	withoutTools: boolean;
	signal: AbortSignal;
	/** Settles when independent evaluations have; true lets the answer be spoken (R3.26). */
	clearance: (() => Promise<boolean>) | null;
	/** Edge selection after the execution uses the same journal under keys of its own. */
	isSelection?: boolean;
}

/** A class, unlike most of this room: a step is made for every execution, and closures would cost more than the step. */
export class StepRun implements Step {
	readonly context: Context;
	readonly thread: ThreadState;
	readonly frame: Frame;
	readonly graph: Graph;
	readonly node: Node;
	readonly threadId: string;
	readonly exits: readonly ExitTool[];
	readonly withoutTools: boolean;
	readonly signal: AbortSignal;
	/** The place of every event of this execution. */
	readonly on: { thread: string; lane: string | null };
	private readonly nodeId: string;
	private readonly clearance: (() => Promise<boolean>) | null;
	private readonly isSelection: boolean;
	/** Occurrences of each event kind so far in this pass, and how many an interrupted pass recorded. */
	private readonly done: Record<string, number> = {};
	private readonly recorded: Record<string, number> | null;
	/** Messages this pass has added or passed over. */
	private seen = 0;

	constructor(parts: StepParts) {
		const { context, thread, lane } = parts;
		const frame = lane === null ? thread.frame : thread.lanes[lane];
		if (!frame) throw new Error(`No execution in progress on thread ${thread.id}`);
		this.context = context;
		this.thread = thread;
		this.frame = frame;
		this.graph = context.graph;
		this.node = parts.node;
		this.nodeId = parts.node.logical_id ?? '';
		this.threadId = thread.id;
		this.exits = parts.exits;
		this.withoutTools = parts.withoutTools;
		this.signal = parts.signal;
		this.on = { thread: thread.id, lane };
		this.clearance = parts.clearance;
		this.isSelection = parts.isSelection === true;
		this.recorded = Object.keys(frame.counts).length === 0 ? null : { ...frame.counts };
		if (this.isSelection) this.done['choice'] = thread.finished?.choices ?? 0;
	}

	get nodeRunId() {
		return this.frame.nodeRunId;
	}
	get isCompanion() {
		return this.thread.parentId !== null;
	}
	get scope() {
		return this.context.scope(this.thread);
	}
	get history(): readonly ModelMessage[] {
		return historyOf(this.graph, this.thread, this.frame, this.seen);
	}
	get input(): JsonObject | null {
		return this.context.state.openTurn?.overrides[this.nodeId] ?? null;
	}
	get http() {
		return this.context.ports.http;
	}
	get tools() {
		return this.context.ports.tools;
	}
	/** True while independent evaluations may still throw the answer away (R3.26). */
	get holdsBack() {
		return this.clearance !== null;
	}
	get services() {
		return this.context.ports.services;
	}

	/** After an abort the execution is worth nothing: it starts over when the run goes on. */
	emit(event: Unstamped): void {
		if (!this.signal.aborted) this.context.emit(event);
	}

	transcript(): TranscriptLine[] {
		return transcriptOf(this.thread);
	}

	/** Every message of the thread, what the execution added included. */
	wholeHistory(): ModelMessage[] {
		return this.thread.history.map((message) => modelMessage(this.graph, message));
	}

	/** Inside a super node the embedded workflow's default comes first, then those around it (R7.3.8). */
	llmConfig(own: LlmOrGroup | null = null, attachableId: string | null = null): LlmOrGroup | null {
		const named = this.context.surroundings.namedLlms;
		let interior = this.graph.interiorByNode.get(this.nodeId) ?? null;
		for (; interior !== null; interior = interior.parent) {
			const { default: _teamDefault, workflow_default: _brought, ...saved } = named;
			const graph = { ...this.graph, workflow_config: interior.workflow_config };
			const config = resolveLlm({ graph, own, attachableId, named: saved });
			if (config !== null) return config;
		}
		return resolveLlm({ graph: this.graph, own, attachableId, named });
	}

	/** The config that answers for the node: its own, else the workflow's (R8.2, R3.15). */
	llmConfigOfNode(): LlmOrGroup | null {
		const { node } = this;
		const talks =
			node.type === 'say_llm' || node.type === 'worker_llm' || node.type === 'workflow_run_evaluator';
		return talks
			? this.llmConfig(node.llms_config, node.attachable_llm_config_id)
			: this.llmConfig(null, null);
	}

	callModel(call: StoppableCall | ModelCall): Promise<ModelAnswer> {
		const kind =
			call.purpose === 'condition'
				? `judge:${call.destinationNodeId ?? ''}#`
				: this.isSelection
					? 'edge'
					: '';
		return callModel(this, `${kind}${this.count(`call:${kind}`)}`, call);
	}

	perform<T extends Json>(effect: Effect, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
		return perform(this, effect, act);
	}

	say(spoken: SpokenText): void {
		if (spoken.text.trim() === '') return;
		this.seen += 1;
		if (this.wasRecorded('spoke')) return;
		const call = spoken.answer ? keyOf(this.frame, spoken.answer) : null;
		const same = call !== null && this.frame.replies[call]?.text === spoken.text;
		this.emit({
			type: 'spoke',
			...this.on,
			messageType: spoken.type,
			text: same ? null : spoken.text,
			call,
			split: spoken.type === 'llm' && spoken.whole !== true,
		});
	}

	addToolCalls(answer: ModelAnswer, calls: readonly ToolCall[], keepText: boolean): void {
		this.seen += 1;
		if (this.wasRecorded('toolsCalled')) return;
		this.emit({
			type: 'toolsCalled',
			...this.on,
			call: keyOf(this.frame, answer) ?? '0',
			callIds: calls.map((call) => call.id),
			keepsText: keepText,
		});
	}

	addToolResult(call: ToolCall, content: string, value: Json): void {
		this.seen += 1;
		if (this.wasRecorded('toolReturned')) return;
		this.emit({ type: 'toolReturned', ...this.on, callId: call.id, toolName: call.name, content, value });
	}

	write(writes: readonly Write[]): void {
		if (writes.length === 0 || this.wasRecorded('wrote')) return;
		const values: JsonObject = {};
		const workflowValues: JsonObject = {};
		for (const each of writes) (each.scope === 'workflow' ? workflowValues : values)[each.name] = each.value;
		this.emit({ type: 'wrote', ...this.on, nodeId: this.nodeId, values, workflowValues });
	}

	choose(messages: StaticMessages, listKey: string): string | null {
		const list = messages.static_messages;
		if (list.length === 0) return null;
		const position = this.count('choice');
		const known = this.frame.choices[position];
		if (known !== undefined) return list[known] ?? null;
		const index = choosePosition(this.context.state, {
			length: list.length,
			mode: messages.static_messages_selection_mode,
			listKey,
			label: `${this.threadId}|${this.nodeId}|${this.nodeRunId}|${this.on.lane ?? ''}|${position}`,
		});
		this.emit({ type: 'messageChosen', ...this.on, listKey, index });
		return list[index] ?? null;
	}

	/** A filler is chosen in the middle of a model call, which is not repeated: it takes no place among the choices. */
	chooseFiller(texts: readonly string[], mode: 'random' | 'sequence'): string | null {
		if (texts.length === 0) return null;
		const listKey = `${FILLER_LISTS}${this.nodeId}`;
		const label = `${listKey}|${this.nodeRunId}`;
		const index = choosePosition(this.context.state, { length: texts.length, mode, listKey, label });
		this.emit({ type: 'messageChosen', ...this.on, listKey, index });
		return texts[index] ?? null;
	}

	report(type: string, fields: JsonObject): void {
		if (!this.wasRecorded('reported'))
			this.emit({ type: 'reported', ...this.on, nodeId: this.nodeId, event: type, fields });
	}

	warn(message: string): void {
		if (this.signal.aborted) return;
		this.context.warn(this.threadId, message, `${this.threadId}|${this.nodeId}|${this.nodeRunId}|${message}`);
	}

	async pause(ms: number): Promise<void> {
		const { clock } = this.context.ports;
		const known = this.frame.waits[this.count('wait')];
		const untilMs = known ?? clock.now() + ms;
		if (known === undefined) {
			this.emit({ type: 'waitStarted', ...this.on, untilMs });
			await this.context.flush();
		}
		const leftMs = untilMs - clock.now();
		if (leftMs > 0) await clock.sleep(leftMs, this.signal);
	}

	cleared(): Promise<boolean> {
		return this.clearance ? this.clearance() : Promise.resolve(true);
	}

	discard(answer: ModelAnswer): void {
		if (!this.wasRecorded('answerDiscarded'))
			this.emit({ type: 'answerDiscarded', ...this.on, call: keyOf(this.frame, answer) ?? '0' });
	}

	/** True when an interrupted execution has recorded this occurrence of the event kind. */
	private wasRecorded(kind: string): boolean {
		return this.count(kind) < (this.recorded?.[kind] ?? 0);
	}

	private count(kind: string): number {
		const position = this.done[kind] ?? 0;
		this.done[kind] = position + 1;
		return position;
	}
}

/** The key of the call an answer came from. */
function keyOf(frame: Frame, answer: ModelAnswer): string | null {
	for (const key of Object.keys(frame.replies)) if (frame.replies[key] === answer) return key;
	return null;
}

/** The step in which models are asked about edges: after the execution, in its journal, under keys of its own. */
export function selectionStep(context: Context, thread: ThreadState, node: Node): StepRun {
	return new StepRun({
		context,
		thread,
		node,
		lane: null,
		exits: [],
		withoutTools: false,
		signal: context.signal,
		clearance: null,
		isSelection: true,
	});
}
