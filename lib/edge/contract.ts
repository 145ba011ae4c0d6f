/** What an exit of a node is, what a model picked, and what a chosen hop carries. */

import type { ConditionalEdge, DirectEdge } from '../graph/edge';
import type { Graph } from '../graph/graph';
import type { Node } from '../graph/node';
import type { Condition } from '../graph/prompt';
import type { LlmOrGroup } from '../graph/model';
import type { JsonObject } from '../json';
import type { ModelAnswer, ModelMessage, OutputDefinition, ToolDefinition } from '../llm/contract';
import type { Scope } from '../value/contract';

/** A condition that can move the thread: an own conditional edge, a global node, a way back. */
export interface Exit {
	kind: 'own' | 'global' | 'reverse';
	/** The drawn edge; null for a global node and for a reverse edge. */
	edge: ConditionalEdge | null;
	/** The node whose condition this is: the global node for `global` and `reverse`, else null. */
	globalNodeId: string | null;
	destination: Node;
	condition: Condition;
}

/** An exit offered to a model as a callable tool (R3.17). */
export interface ExitTool {
	exit: Exit;
	/** Name starts with `Destination_Node_` and ends in a nonce the conversation cannot know. */
	definition: ToolDefinition;
	/** Reads the arguments of a call of this tool; never throws. */
	read(args: JsonObject): Promise<PickReading>;
}

/** What a model's call of an exit tool says: the pick with its valid arguments, and what was wrong. */
export interface PickReading {
	pick: Pick;
	/** One sentence per argument that does not fit; empty when the call is in order. No values. */
	problems: string[];
}

/** An exit a model picked, with the arguments it filled (R3.18–R3.21). */
export interface Pick {
	exit: Exit;
	justification: string | null;
	/** Arguments of the edge's own `args_schema`, valid ones only. */
	args: JsonObject;
	dynamicMessage: string | null;
}

/** Where the thread goes next, and why. */
export interface Hop {
	kind: 'direct' | 'conditional' | 'global' | 'reverse';
	edge: DirectEdge | ConditionalEdge | null;
	/** The global node concerned by a `global` or `reverse` hop, else null. */
	globalNodeId: string | null;
	destination: Node;
	/** The model's justification, or the hydrated expression; null for direct edges. */
	reason: string | null;
	args: JsonObject;
	/** Text to say when the edge is taken (R3.22), not yet hydrated for static messages. */
	message: { type: 'edge_static' | 'edge_dynamic'; text: string } | null;
	/** Model, tokens and milliseconds of the call that decided, when one did. */
	judgedBy: Judge | null;
}

/** The accounting of the call that decided an edge: every edge taken stores why. */
export interface Judge {
	model: string;
	latencyMs: number;
	totalTokens: number;
}

/** What choosing needs to know of the run; the engine fills it from its state. */
export interface Position {
	graph: Graph;
	node: Node;
	scope: Scope;
	/** Companion threads never use global edges (R5.7). */
	isCompanion: boolean;
	/** Global node id → id of the node that last hopped into it (R3.40). */
	callers: Readonly<Record<string, string>>;
	/**
	 * Set while the node's bounded self-loop runs: its conditional exits come first and the direct edge
	 * is taken only after exhaustion (R6.9). Default: no loop.
	 */
	loop?: 'repeating' | 'exhausted';
	/** `onceKey` names what is warned of; the same key is reported once a turn (R3.35). */
	warn(message: string, onceKey?: string): void;
}

/** A question to a model that edges need answered; a `ModelCall` of the behavior room fits. */
export interface EdgeQuestion {
	purpose: 'condition' | 'edge_message';
	config: LlmOrGroup;
	messages: ModelMessage[];
	tools: ToolDefinition[];
	output?: OutputDefinition;
	destinationNodeId?: string;
	/** Aborted when an earlier exit was found true and this answer is no longer needed. */
	signal?: AbortSignal;
}

export type AskModel = (question: EdgeQuestion) => Promise<ModelAnswer>;

/** An exit that an evaluator call found true, with the call's accounting. */
export interface JudgedPick {
	pick: Pick;
	judgedBy: Judge;
}
