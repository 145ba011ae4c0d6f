/** `start_conversation`: marks a text conversation as started, or places and follows a phone call (R7.2). */

import { messageOf } from '../errors';
import type { StartConversationNode } from '../graph/node';
import { fillText } from '../value/template';
import type { Behavior, CallState, Step } from './contract';
import { isEffectFailure } from './failure';

/** A call that nobody answers is given up after this long. */
export const MAX_CALL_WAIT_MS = 600_000;
const DEFAULT_INTERVAL_SECONDS = 2;

export const startConversation: Behavior<StartConversationNode> = {
	async execute(step) {
		const givenId = fillText(step.node.conversation_id ?? '', step.scope).trim();
		const state = step.node.is_voice_conversation ? await startCall(step, givenId) : startText(step, givenId);
		step.write([
			{ name: 'conversation_id', value: state.conversationId || null },
			{ name: 'conversation_status', value: state.status },
		]);
		return { output: { conversation_id: state.conversationId || null } };
	},
};

/** Text needs nothing from outside: the conversation is the run itself (R7.2.2). */
function startText(step: Step, conversationId: string): CallState {
	const started: CallState = { conversationId, status: 'in-progress' };
	reportState(step, started);
	return started;
}

/** A failed call is a status, on which edges may branch (R7.2.7). */
async function startCall(step: Step<StartConversationNode>, givenId: string): Promise<CallState> {
	const failed: CallState = { conversationId: givenId, status: 'failed' };
	if (!step.services?.callState || (givenId === '' && !step.services.placeCall)) {
		step.warn('not_configured: no telephony provider is connected, so no call was placed.');
		reportState(step, failed);
		return failed;
	}
	try {
		const first: CallState =
			givenId === '' ? await placeCall(step) : { conversationId: givenId, status: 'initiated' };
		failed.conversationId = first.conversationId;
		reportState(step, first);
		const last = await followCall(step, first);
		if (last.status !== first.status) reportState(step, last);
		return last;
	} catch (error) {
		if (!isEffectFailure(error) || step.signal.aborted) throw error;
		step.warn(`The call could not be started: ${step.scope.mask(messageOf(error))}`);
		reportState(step, failed);
		return failed;
	}
}

async function placeCall(step: Step<StartConversationNode>): Promise<CallState> {
	const { node, scope, services } = step;
	const filled = (text: string | null, reveal = false) =>
		text === null ? null : fillText(text, scope, { reveal });
	const effect = {
		key: 'call',
		kind: 'call' as const,
		target: 'outbound call',
		sideEffect: 'sends' as const,
	};
	return step.perform<CallState>(effect, async (signal) => {
		const state = await services?.placeCall?.({
			from: filled(node.assistant_number),
			to: filled(node.user_number),
			assistantId: filled(node.assistant_id),
			token: filled(node.bearer_token, true),
			signal,
		});
		return { conversationId: state?.conversationId ?? '', status: state?.status ?? 'failed' };
	});
}

/** Asks until the call is in progress, over, or has taken too long. */
async function followCall(step: Step<StartConversationNode>, first: CallState): Promise<CallState> {
	const intervalMs = Math.max(1, step.node.polling_interval_seconds ?? DEFAULT_INTERVAL_SECONDS) * 1000;
	const token =
		step.node.bearer_token === null ? null : fillText(step.node.bearer_token, step.scope, { reveal: true });
	let state = first;
	for (
		let waitedMs = 0;
		state.status === 'initiated' && waitedMs < MAX_CALL_WAIT_MS;
		waitedMs += intervalMs
	) {
		await step.pause(intervalMs);
		const effect = {
			key: `call-state:${waitedMs / intervalMs}`,
			kind: 'call' as const,
			target: 'call status',
			sideEffect: 'reads' as const,
		};
		const status = await step.perform(effect, async (signal) => {
			const asked = await step.services?.callState?.(first.conversationId, token, signal);
			return asked?.status ?? 'failed';
		});
		state = { conversationId: first.conversationId, status };
	}
	return state.status === 'initiated' ? { ...state, status: 'failed' } : state;
}

function reportState(step: Step, { status, conversationId }: CallState): void {
	step.report('start_conversation', { conversation_status: status, conversation_id: conversationId || null });
}
