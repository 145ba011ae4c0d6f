/** Structured output of an LLM node: the schema as the file writes it, the call, the variables (R8.12–R8.15). */

import { messageOf } from '../errors';
import type { LlmOrGroup } from '../graph/model';
import { isJsonObject, type JsonObject } from '../json';
import type { ModelAnswer, ModelMessage, OutputDefinition } from '../llm/contract';
import type { CallPurpose, Step, Write } from './contract';
import { isProviderFailure } from './failure';

/** Closes a call whose last message is the assistant's own, because models answer a user. */
export const RECORD_REQUEST =
	'(This line is not from the user.) Give the structured answer for the conversation above.';

export interface StructuredRequest {
	config: LlmOrGroup;
	/** The system message and the conversation, the reply included. */
	messages: readonly ModelMessage[];
	output: OutputDefinition;
	purpose: CallPurpose;
	/** Set where this is the only call of a worker, which may say a filler meanwhile (R7.5.1). */
	fillerPrompt?: string;
	fills?: boolean;
}

/** Asks for the structured answer. */
export async function askStructured(step: Step, request: StructuredRequest): Promise<ModelAnswer> {
	const messages = [...request.messages];
	if (messages.at(-1)?.role === 'assistant') messages.push({ role: 'user', content: RECORD_REQUEST });
	return step.callModel({
		purpose: request.purpose,
		config: request.config,
		messages,
		tools: [],
		output: request.output,
		fills: request.fills,
		fillerPrompt: request.fillerPrompt,
	});
}

/** As `askStructured`, but a failure is a warning and an empty object (R8.14, R2.50). */
export async function tryStructured(step: Step, request: StructuredRequest): Promise<JsonObject> {
	try {
		return keepStructured(step, await askStructured(step, request));
	} catch (error) {
		if (!isProviderFailure(error)) throw error;
		step.warn(`No structured output could be had: ${messageOf(error)}`);
		return {};
	}
}

/** Writes one variable per field of the answer and returns the object; `{}` when it is none (R8.14). */
export function keepStructured(step: Step, answer: ModelAnswer): JsonObject {
	if (!isJsonObject(answer.output)) {
		step.warn('The structured output is not an object; no variables were written.');
		return {};
	}
	step.write(writesOf(answer.output));
	return answer.output;
}

/** A missing or null field leaves its variable as it was (R4.31); names with `_` in front are the runtime's. */
export function writesOf(output: JsonObject): Write[] {
	return Object.entries(output)
		.filter(([name, value]) => value !== null && !name.startsWith('_'))
		.map(([name, value]) => ({ name, value }));
}
