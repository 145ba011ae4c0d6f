/** The common shape of wire events (R9.1, R9.2, R9.4): ids, times, node and edge fields, message payloads. */

import { createHash } from 'node:crypto';
import type { Graph } from '../graph/graph';
import type { JsonObject } from '../json';
import type { CallRecord, ModelAnswer, ToolCall } from '../llm/contract';
import type { WireEvent } from './contract';
import { edgeIdOf, edgeNameOf, handoverText } from './history';
import { authoredThreadId, type Message } from './state';

/** Makes the wire events of one internal event: ids follow from the run and the event's number. */
export interface WireMaker {
	event(type: string, threadId: string | null, fields?: JsonObject): WireEvent;
	/** A message id of the run, the same wherever the message appears. */
	messageId(message: { id: string; type: string; memo?: unknown }): string;
}

export function createWireMaker(runId: string, eventNumber: number, atMs: number): WireMaker {
	let part = 0;
	return {
		event(type, threadId, fields = {}) {
			const id = `event_${uuidOf(`${runId}:${eventNumber}:${part++}`)}`;
			return {
				type,
				logical_id: id,
				timestamp: atMs / 1000,
				origin_thread_id: threadId,
				comments: [],
				interrupted: false,
				...fields,
				thread_reference_id: threadId === null ? null : authoredThreadId(threadId),
			};
		},
		messageId: (message) => messageIdOf(runId, message),
	};
}

/** R2.29: `assistant_message_…`, `nav_msg_…`; ours for the others: `user_message_…`, `tool_message_…`. */
export function messageIdOf(runId: string, message: { id: string; type: string; memo?: unknown }): string {
	const prefix = message.memo
		? 'nav_msg'
		: message.type === 'ai'
			? 'assistant_message'
			: message.type === 'human'
				? 'user_message'
				: 'tool_message';
	return `${prefix}_${uuidOf(`${runId}:message:${message.id}`)}`;
}

/** A UUID (version 8: made from a hash) that always is the same for the same text. */
export function uuidOf(text: string): string {
	const hex = createHash('sha1').update(text).digest('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The type as the file has it, also of a node that this release does not know (R7.19.1). */
export function nodeTypeOf(graph: Graph, nodeId: string): string {
	const node = graph.nodesById.get(nodeId);
	return (node?.type === 'unknown' ? node.original_type : node?.type) ?? 'unknown';
}

export function nodeFields(graph: Graph, nodeId: string, nodeRunId: string | null): JsonObject {
	return {
		origin_node_logical_id: nodeId,
		origin_node_name: graph.nodesById.get(nodeId)?.name ?? null,
		// Executions count from 1: what a node has generated for it before its first belongs to none.
		origin_node_run_id: nodeRunId === '0' ? null : nodeRunId,
	};
}

export interface EdgeParts {
	edgeId: string | null;
	edgeName: string | null;
	edgeRunId: string;
	fromNodeId: string;
	toNodeId: string | null;
	reason: string | null;
}

export function edgeFields(graph: Graph, edge: EdgeParts): JsonObject {
	const nameOf = (id: string | null) => (id === null ? null : (graph.nodesById.get(id)?.name ?? null));
	return {
		edge_name: edge.edgeName,
		edge_logical_id: edgeIdOf(graph, edge.edgeId),
		edge_run_id: edge.edgeRunId,
		source_node_logical_id: edge.fromNodeId,
		source_node_name: nameOf(edge.fromNodeId),
		destination_node_logical_id: edge.toNodeId,
		destination_node_name: nameOf(edge.toNodeId),
		reason: edge.reason,
	};
}

/** A message as R9.4 writes it. */
export function messagePayload(fields: {
	id: string;
	type: string;
	content: string;
	name?: string | null;
	toolCalls?: readonly ToolCall[];
	metadata?: JsonObject;
	/** The call that a model's message came from. */
	call?: CallRecord | null;
	toolCallId?: string;
}): JsonObject {
	const calls = fields.toolCalls ?? [];
	const usage = fields.call?.usage;
	return {
		content: fields.content,
		additional_kwargs: {},
		response_metadata: fields.metadata ?? {},
		type: fields.type,
		name: fields.name ?? null,
		id: fields.id,
		tool_calls: calls
			.filter((call) => call.invalidArguments === undefined)
			.map((call) => ({ id: call.id, name: call.name, args: call.arguments, type: 'tool_call' })),
		invalid_tool_calls: calls
			.filter((call) => call.invalidArguments !== undefined)
			.map((call) => ({
				id: call.id,
				name: call.name,
				args: call.invalidArguments ?? '',
				error: 'arguments are not a JSON object',
				type: 'invalid_tool_call',
			})),
		usage_metadata: usage
			? {
					input_tokens: usage.promptTokens,
					output_tokens: usage.completionTokens,
					total_tokens: usage.totalTokens,
				}
			: null,
		...(fields.toolCallId === undefined ? {} : { tool_call_id: fields.toolCallId }),
	};
}

/** A stored message in the wire form. */
export function wireMessage(graph: Graph, runId: string, message: Message): JsonObject {
	const { memo } = message;
	return messagePayload({
		id: messageIdOf(runId, message),
		type: message.type,
		content: memo ? handoverText(graph, memo) : message.content,
		name: message.toolName ?? null,
		toolCalls: message.toolCalls,
		toolCallId: message.toolCallId,
		metadata: memo
			? {
					navigation_message: 'true',
					edge_type: memo.edgeType,
					source_node_id: memo.fromNodeId,
					source_node_name: graph.nodesById.get(memo.fromNodeId)?.name ?? null,
					destination_node_id: memo.toNodeId,
					destination_node_name: graph.nodesById.get(memo.toNodeId)?.name ?? null,
					edge_name: edgeNameOf(graph, memo),
					edge_logical_id: edgeIdOf(graph, memo.edgeId),
				}
			: message.messageType
				? { message_type: message.messageType }
				: {},
	});
}

/**
 * `llm_usage_info` (R8.20), or nothing: clients take a null there for an event they do not know.
 * `responseId` makes several events of one call one call in the metrics (R8.16).
 */
export function usageFields(
	answer: Pick<ModelAnswer, 'calls' | 'finishReason' | 'wasStreamed' | 'failedParses'>,
	{ responseId, messageId }: { responseId: string; messageId: string | null },
): JsonObject {
	const call = winnerOf(answer);
	if (call === null) return {};
	const { failedParses } = answer;
	const info: JsonObject = {
		response_model: call.model,
		provider: call.provider,
		named_llm_config_id: call.namedConfigId,
		named_llm_config_name: call.namedConfigName,
		llm_response_id: responseId,
		ai_message_turn_id: messageId,
		used_user_api_key: call.usedUserKey,
		finish_reason: [answer.finishReason],
		response_latency_milliseconds: call.latencyMs,
		prompt_tokens: call.usage.promptTokens,
		completion_tokens: call.usage.completionTokens,
		total_tokens: call.usage.totalTokens,
		was_streamed: answer.wasStreamed,
		was_estimated: call.usage.estimated,
	};
	// R8.14.
	if (failedParses.length > 0) {
		info['structured_output_retry_metadata'] = {
			retry_count: failedParses.length,
			failed_attempts: failedParses.map((each) => ({
				attempt_number: each.attempt,
				error_message: each.message,
				latency_milliseconds: each.latencyMs,
			})),
		};
	}
	return { llm_usage_info: info };
}

/** The call whose answer was used, for the usage of a reply. */
export function winnerOf(answer: Pick<ModelAnswer, 'calls'>): CallRecord | null {
	return answer.calls.find((call) => call.won) ?? answer.calls[0] ?? null;
}
