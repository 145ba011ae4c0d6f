/** What was said and where a turn went, read from its events. */

import type { RunEvent } from '../engine/contract';
import type { Graph } from '../graph/graph';
import type { SpokenMessage, TurnResult } from './contract';

type Spoke = Extract<RunEvent, { type: 'spoke' }>;

/** Texts that only bridge a pause; no part of a reply (R9.43, R10.17). */
const fillers = new Set(['backchannel', 'tool_filler']);

export function isFiller(message: Pick<SpokenMessage, 'type'>): boolean {
	return fillers.has(message.type);
}

/** Everything said to the user or by companions, in order. */
export function messagesOf(events: readonly RunEvent[], graph: Graph): SpokenMessage[] {
	const messages: SpokenMessage[] = [];
	/** The newest text of each model call, and the node at work, both by thread and lane. */
	const replies = new Map<string, string>();
	const nodes = new Map<string, string>();
	for (const event of events) {
		switch (event.type) {
			case 'nodeStarted':
				nodes.set(`${event.thread}|${event.lane ?? ''}`, event.nodeId);
				break;
			case 'modelReplied':
				replies.set(`${event.thread}|${event.lane ?? ''}|${event.call}`, event.text);
				break;
			case 'spoke':
				messages.push(messageOf(event));
				break;
			case 'hopped':
				// A text of the edge is said on the way, by the node that the thread leaves.
				nodes.set(`${event.thread}|`, event.fromNodeId);
				break;
			default:
		}
	}
	return messages;

	function messageOf(event: Spoke): SpokenMessage {
		const place = `${event.thread}|${event.lane ?? ''}`;
		const nodeId = nodes.get(place) ?? null;
		return {
			text: event.text ?? replies.get(`${place}|${event.call ?? ''}`) ?? '',
			type: event.messageType,
			nodeId,
			nodeName: nodeId === null ? null : (graph.nodesById.get(nodeId)?.name ?? null),
			threadId: event.thread,
		};
	}
}

/** What a chat shows: the texts of the main conversation, without fillers, one paragraph each. */
export function replyOf(messages: readonly SpokenMessage[]): string {
	return messages
		.filter((message) => message.threadId === '0' && !isFiller(message) && message.text.trim() !== '')
		.map(({ text }) => text)
		.join('\n\n');
}

/** The executions of the main conversation in order, each with the edge that led to it in this turn. */
export function pathOf(events: readonly RunEvent[], graph: Graph): TurnResult['path'] {
	const path: TurnResult['path'] = [];
	let edge: { edgeId: string | null; edgeName: string | null; reason: string | null } | null = null;
	for (const event of events) {
		if (!('thread' in event) || event.thread !== '0') continue;
		if (event.type === 'hopped') {
			const edgeName = event.edgeId === null ? null : (graph.edgesById.get(event.edgeId)?.name ?? null);
			edge = { edgeId: event.edgeId, edgeName, reason: event.reason };
		} else if (event.type === 'nodeStarted' && event.lane === null) {
			const nodeName = graph.nodesById.get(event.nodeId)?.name ?? null;
			path.push({
				nodeId: event.nodeId,
				nodeName,
				...(edge ?? { edgeId: null, edgeName: null, reason: null }),
			});
			edge = null;
		}
	}
	return path;
}
