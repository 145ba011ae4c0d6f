/** A model call of a node execution: asked once, answered from the journal when the execution is repeated. */

import type { ModelCall } from '../behavior/contract';
import { codeOf, ConfigurationError, InteractlyError, ProviderError } from '../errors';
import type { CallRecord, FailedRequest, ModelAnswer } from '../llm/contract';
import type { StepRun } from './step';

/** Faults of the deployment, not of the conversation: the turn stops and can go on once they are mended. */
const DEPLOYMENT_FAULTS = new Set([
	'LLM_CREDENTIAL_MISSING',
	'LLM_NOT_CONFIGURED',
	'LLM_KEY_REFUSED',
	'LLM_NOT_FOUND',
	'LLM_TYPE_UNKNOWN',
]);

/** The call as edge selection makes it: its own signal ends it early when the answer is no longer needed. */
export type StoppableCall = ModelCall & { signal?: AbortSignal };

/**
 * @param key Names the call within the execution: the same call has the same key when it is repeated.
 * @throws as `Models.call`; a fault of the deployment interrupts the whole advance instead.
 */
export async function callModel(step: StepRun, key: string, call: StoppableCall): Promise<ModelAnswer> {
	const { frame, context, on } = step;
	const known = frame.replies[key];
	if (known) return known;
	const failed = frame.failures[key];
	if (failed) throw new ProviderError(failed.code, failed.message);
	const signal = call.signal ? AbortSignal.any([step.signal, call.signal]) : step.signal;
	const audible = call.audible === true;
	// What led to the question, the user's message above all, is on disk and shown before it is asked.
	await context.flush();
	signal.throwIfAborted();
	try {
		const answer = await context.ports.models.call({
			config: call.config,
			messages: call.messages,
			tools: call.tools,
			output: call.output,
			signal,
			fillerPrompt: call.fillerPrompt,
			// What may yet be discarded is not streamed (R3.26).
			onText:
				audible && context.onToken && !step.holdsBack
					? (text) => context.onToken?.(text, step.threadId)
					: undefined,
			chooseFiller: (texts, mode) => step.chooseFiller(texts, mode),
			onFiller:
				audible || call.fills
					? (text) =>
							step.emit({ type: 'spoke', ...on, messageType: 'backchannel', text, call: null, split: false })
					: undefined,
		});
		// An answer that came after its end belongs to no execution any more.
		signal.throwIfAborted();
		step.emit({
			type: 'modelReplied',
			...on,
			call: key,
			purpose: call.purpose,
			text: answer.text,
			toolCalls: answer.toolCalls,
			output: answer.output ?? null,
			hasOutput: answer.output !== undefined,
			finishReason: answer.finishReason,
			calls: answer.calls,
			failedParses: answer.failedParses,
			saidFiller: answer.saidFiller,
			latencyMs: answer.latencyMs,
			wasStreamed: answer.wasStreamed,
			destinationNodeId: call.destinationNodeId ?? null,
		});
		return frame.replies[key] ?? answer;
	} catch (error) {
		// An aborted call has no outcome: the execution starts over when the run goes on.
		signal.throwIfAborted();
		if (!(error instanceof InteractlyError)) throw error;
		if (DEPLOYMENT_FAULTS.has(codeOf(error))) throw interrupt(step, error);
		// A provider may tell what it was sent (R4.28).
		const message = context.mask(error.message);
		const advice = error.advice === undefined ? null : context.mask(error.advice);
		const httpStatus = error instanceof ProviderError ? error.status : null;
		step.emit({
			type: 'modelFailed',
			...on,
			call: key,
			purpose: call.purpose,
			code: error.code,
			message,
			advice,
			httpStatus,
			calls: callsOf(error),
		});
		throw error;
	}
}

/** Calls that were made, and may be charged, before the request failed (R9.48). */
function callsOf(error: InteractlyError): CallRecord[] {
	return (error as Partial<FailedRequest>).calls ?? [];
}

function interrupt({ node, context }: StepRun, error: InteractlyError): Error {
	const place = `node "${node.name ?? node.logical_id ?? ''}"`;
	const reason = new ConfigurationError(error.code, `The ${place} could not be executed: ${error.message}`, {
		advice: error.advice,
		place,
		cause: error,
	});
	context.interrupt(reason);
	return reason;
}
