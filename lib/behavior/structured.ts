/** Structured output of an LLM node: the call, what counts as an answer, and the variables (R8.12–R8.15). */

import { codeOf, messageOf } from '../errors';
import type { LlmOrGroup } from '../graph/model';
import { isJsonObject, type JsonObject } from '../json';
import type { ModelAnswer, ModelMessage, OutputDefinition } from '../llm/contract';
import type { CallPurpose, ModelCall, Step } from './contract';

/** Closes a call whose last message is the assistant's own, because models answer a user. */
export const RECORD_REQUEST =
	'(This line is not from the user.) Give the structured answer for the conversation above.';

export interface StructuredRequest extends Pick<ModelCall, 'fills' | 'fillerPrompt'> {
	config: LlmOrGroup;
	/** The system message and the conversation, the reply included. */
	messages: readonly ModelMessage[];
	output: OutputDefinition;
	purpose: CallPurpose;
}

/**
 * Asks for the structured answer; null, with a warning, when every attempt was unparsable (R8.14).
 *
 * @throws {ProviderError} The call itself failed.
 */
export async function requestStructured(step: Step, request: StructuredRequest): Promise<ModelAnswer | null> {
	const messages = [...request.messages];
	if (messages.at(-1)?.role === 'assistant') {
		messages.push({ role: 'user', content: RECORD_REQUEST, isOurs: true });
	}
	try {
		return await step.callModel({ ...request, messages, tools: [] });
	} catch (error) {
		if (codeOf(error) !== 'LLM_OUTPUT_UNPARSABLE') throw error;
		step.warn(`No structured output could be had: ${messageOf(error)}`);
		return null;
	}
}

/** The object of a structured answer; `{}` when there is none (R8.14). */
export function readStructured(step: Step, answer: ModelAnswer | null): JsonObject {
	if (answer === null) return {};
	if (isJsonObject(answer.output)) return answer.output;
	step.warn('The structured output is not an object; no variables were written.');
	return {};
}

/** A missing or null field leaves its variable as it was (R4.31); names with `_` in front are the runtime's. */
export function keepFields(step: Step, output: JsonObject): void {
	step.write(
		Object.entries(output)
			.filter(([name, value]) => value !== null && !name.startsWith('_'))
			.map(([name, value]) => ({ name, value })),
	);
}
