/** `worker_llm`: a model works in silence and leaves its findings as variables (R7.5). */

import { messageOf } from '../errors';
import type { WorkerLlmNode } from '../graph/node';
import type { JsonObject } from '../json';
import type { ModelMessage } from '../llm/contract';
import { toOutputDefinition } from '../llm/structured';
import type { Behavior, CallPurpose, Step, StepOutcome } from './contract';
import { isProviderFailure } from './failure';
import { configOf, talk } from './llm-step';
import { fillerPrompt, systemPrompt, type LlmNode } from './prompt';
import { keepFields, readStructured, requestStructured } from './structured';
import { offeredTools } from './tool-round';

export const workerLlm: Behavior<WorkerLlmNode> = {
	async execute(step) {
		try {
			const done = await work(step, { purpose: 'worker' });
			if (done.structured !== null) keepFields(step, done.structured);
			return {
				output: { structured_output: done.structured ?? {} },
				picks: done.picks,
				pickedBy: done.pickedBy,
			};
		} catch (error) {
			if (!isProviderFailure(error)) throw error;
			// A global condition that matched meanwhile takes the place of this node's answer (R3.26).
			if (!(await step.cleared())) return { output: { structured_output: {} } };
			if (step.node.default_error_message === null) throw error;
			step.warn(
				`The model of node "${step.node.name ?? step.node.logical_id}" gave no answer: ${messageOf(error)}`,
			);
			return { output: { structured_output: {} }, failed: true };
		}
	},
};

export interface WorkOptions {
	purpose: CallPurpose;
	/** Takes the place of the thread's history. */
	history?: readonly ModelMessage[];
}

/** What a silent execution found. */
export interface Work {
	/** The structured answer, `{}` when none could be had, null without a schema or when discarded. */
	structured: JsonObject | null;
	/** The last free text, or null when there was none. */
	text: string | null;
	picks: NonNullable<StepOutcome['picks']>;
	pickedBy: StepOutcome['pickedBy'];
}

/**
 * Tool rounds and exits first, then the structured call; with a schema and nothing to call, that call is
 * the only one (R7.5.2, R7.5.3).
 *
 * @throws {ProviderError} A call failed after its last attempt.
 */
export async function work(step: Step<LlmNode>, options: WorkOptions): Promise<Work> {
	const { purpose, history } = options;
	const output = toOutputDefinition(step.node.structured_output_schema);
	const callsFunctions = !step.withoutTools && (step.exits.length > 0 || offeredTools(step).size > 0);
	if (output === null || callsFunctions) {
		const held = await talk(step, { purpose, history, speaks: false, endsWithTools: output !== null });
		const { config, messages, picks, pickedBy } = held;
		const text = held.text.trim() === '' ? null : held.text;
		if (held.discarded || output === null) return { structured: null, text, picks, pickedBy };
		const answer = await requestStructured(step, { config, messages, output, purpose });
		return { structured: readStructured(step, answer), text, picks, pickedBy };
	}
	const answer = await requestStructured(step, {
		config: configOf(step),
		messages: [{ role: 'system', content: systemPrompt(step, false) }, ...(history ?? step.history)],
		output,
		purpose,
		fills: true,
		fillerPrompt: fillerPrompt(step),
	});
	const nothing: Work = { structured: null, text: null, picks: [], pickedBy: undefined };
	if (await step.cleared()) return { ...nothing, structured: readStructured(step, answer) };
	if (answer !== null) step.discard(answer);
	return nothing;
}
