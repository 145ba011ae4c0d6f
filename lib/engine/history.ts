/** A thread's history as models read it and as people heard it (R2.30, R2.32). */

import type { TranscriptLine } from '../behavior/contract';
import type { Graph } from '../graph/graph';
import type { ModelMessage } from '../llm/contract';
import type { Frame, Memo, Message, ThreadState } from './state';

/** The messages a model reads: those before the execution, then those it has added so far. */
export function historyOf(graph: Graph, thread: ThreadState, frame: Frame, seen: number): ModelMessage[] {
	const messages = thread.history.slice(0, frame.historyStart);
	let counted = 0;
	for (const message of frame.added) {
		if (message.messageType !== 'backchannel' && ++counted > seen) break;
		messages.push(message);
	}
	return messages.map((message) => modelMessage(graph, message));
}

/** What people said and heard: no memos, no tool traffic. */
export function transcriptOf(thread: ThreadState): TranscriptLine[] {
	return thread.history.flatMap((message): TranscriptLine[] => {
		if (message.type === 'human') return [{ role: 'user', text: message.content }];
		return message.type === 'ai' && message.messageType ? [{ role: 'assistant', text: message.content }] : [];
	});
}

export function modelMessage(graph: Graph, message: Message): ModelMessage {
	if (message.type === 'human') return { role: 'user', content: message.content };
	if (message.type === 'tool') {
		return {
			role: 'tool',
			toolCallId: message.toolCallId ?? '',
			toolName: message.toolName ?? '',
			content: message.content,
		};
	}
	return {
		role: 'assistant',
		content: message.memo ? memoText(graph, message.memo) : message.content,
		toolCalls: message.toolCalls ?? [],
	};
}

const HOP_WORDS: Record<string, string> = {
	direct: 'a direct edge',
	conditional: 'a conditional edge',
	global: 'a global condition',
	reverse: 'a return edge',
	waiting: 'a condition that came true while waiting',
};

/** Who handed over to whom, and how (R2.31); made when read, so that a hop stores ids only. */
export function handoverText(graph: Graph, memo: Memo): string {
	const name = (id: string) => graph.nodesById.get(id)?.name ?? id;
	return `"${name(memo.fromNodeId)}" handed over to "${name(memo.toNodeId)}" over ${HOP_WORDS[memo.edgeType] ?? 'an edge'}.`;
}

/** The same as a model reads it, which has no metadata to tell that nobody said this. */
function memoText(graph: Graph, memo: Memo): string {
	return `[internal note, not said to the user] ${handoverText(graph, memo)}`;
}

/** The name an edge carries in events: its own, or the global node's (R3.39). */
export function edgeNameOf(
	graph: Graph,
	edge: { edgeId: string | null; globalNodeId: string | null },
): string | null {
	if (edge.edgeId !== null) return graph.edgesById.get(edge.edgeId)?.name ?? null;
	if (edge.globalNodeId !== null) return graph.nodesById.get(edge.globalNodeId)?.name ?? null;
	return null;
}

/** The id an edge has in the file: the exit of a super node stands once for every end of its interior (R7.3.5). */
export function edgeIdOf(graph: Graph, edgeId: string | null): string | null {
	const edge = edgeId === null ? undefined : graph.edgesById.get(edgeId);
	const suffix = `__${edge?.source_node_logical_id ?? ''}`;
	const isCopy = edge?.super_node_exit_origin != null && edgeId?.endsWith(suffix) === true;
	return isCopy && edgeId !== null ? edgeId.slice(0, -suffix.length) : edgeId;
}
