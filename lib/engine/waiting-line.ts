/** The line of an edge taken while its node waits: fixed, or generated before the hop is made (R3.22, R5.29). */

import type { Hop } from '../edge/contract';
import { edgeMessage } from '../edge/message';
import type { WaitingEdge } from '../edge/waiting';
import type { Node } from '../graph/node';
import type { StaticMessages } from '../graph/prompt';
import { callModel } from './call-model';
import { choosePosition } from './choice';
import type { Context } from './context';
import { nodeOf } from './place';
import { positionOf } from './position';
import type { ThreadState } from './state';
import { selectionStep, type StepRun } from './step';

/** Asks the model of the waiting node when the line is to be generated; a crash does not ask it again. */
export async function waitingLine(
	context: Context,
	thread: ThreadState,
	{ edge, destination }: WaitingEdge,
): Promise<Hop['message']> {
	const { condition } = edge;
	if (!condition) return null;
	const node = nodeOf(context, thread);
	let begun: StepRun | null = null;
	const step = () => (begun ??= beginLine(context, thread, node));
	return edgeMessage({
		position: positionOf(context, thread, node),
		exit: { kind: 'own', edge, globalNodeId: null, destination, condition },
		picked: null,
		// The history grows with every hop, so each taking of the edge has a call of its own.
		ask: (question) =>
			callModel(step(), `line:${edge.logical_id ?? ''}#${step().frame.historyStart}`, question),
		llmConfig: () => step().llmConfigOfNode(),
		history: () => step().wholeHistory(),
		choose: (messages, listKey) => chooseLine(context, thread, { messages, listKey }),
		signal: context.signal,
	});
}

/** A parked node executes nothing, so the call gets a frame of its own; after a crash it is there already. */
function beginLine(context: Context, thread: ThreadState, node: Node): StepRun {
	if (thread.frame === null) context.emit({ type: 'lineBegun', thread: thread.id, nodeId: thread.nodeId });
	return selectionStep(context, thread, node);
}

function chooseLine(
	context: Context,
	thread: ThreadState,
	{ messages, listKey }: { messages: StaticMessages; listKey: string },
): string | null {
	const { static_messages: texts, static_messages_selection_mode: mode } = messages;
	const label = `waiting|${listKey}|${context.state.eventCount}`;
	const index = choosePosition(context.state, { length: texts.length, mode, listKey, label });
	context.emit({ type: 'messageChosen', thread: thread.id, lane: null, listKey, index });
	return texts[index] ?? null;
}
