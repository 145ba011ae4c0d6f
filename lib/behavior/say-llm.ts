/** `say_llm`: a model speaks with the user, may use tools, and may pick an exit (R7.4). */

import { messageOf } from '../errors';
import type { SayLlmNode } from '../graph/node';
import type { JsonObject } from '../json';
import { toOutputDefinition } from '../llm/structured';
import type { Behavior, Step } from './contract';
import { isProviderFailure } from './failure';
import { errorMessageOf, talk, type Talk } from './llm-step';
import { keepFields, readStructured, requestStructured } from './structured';

/** Why a model may have nothing to say (R7.4.6), where its provider tells. */
const REASONS: Partial<Record<Talk['finishReason'], string>> = {
	content_filter: ': its provider refused or filtered the answer',
	length: ': its tokens were spent before the first word; raise max_tokens or ask for less thought',
};

export const sayLlm: Behavior<SayLlmNode> = {
	async execute(step) {
		let held: Talk;
		try {
			held = await talk(step, { purpose: 'say', speaks: true });
		} catch (error) {
			if (!isProviderFailure(error)) throw error;
			// A global condition that matched meanwhile takes the place of this node's answer (R3.26).
			if (!(await step.cleared())) return { output: { structured_output: {} }, picks: [], spoke: false };
			const apology = errorMessageOf(step);
			if (apology === null) throw error;
			// The user hears the apology (R2.49); who runs the graph must learn the reason.
			step.warn(
				`The model of "${step.node.name ?? step.node.logical_id}" gave no answer: ${messageOf(error)}`,
			);
			step.say({ text: apology, type: 'error' });
			return { output: { structured_output: {} }, failed: true, spoke: true };
		}
		const { picks, pickedBy, said } = held;
		if (held.discarded) return { output: { structured_output: {} }, picks: [], spoke: said };
		if (!said && picks.length === 0) {
			const name = step.node.name ?? step.node.logical_id;
			step.warn(`The model of node "${name}" returned no text${REASONS[held.finishReason] ?? ''}.`);
		}
		const structured = said || picks.length === 0 ? await record(step, held) : {};
		keepFields(step, structured);
		return { output: { structured_output: structured }, picks, pickedBy, spoke: said };
	},
};

/** The reply has been said, so a failure here is a warning and no more (R8.12, R8.15). */
async function record(step: Step<SayLlmNode>, { config, messages }: Talk): Promise<JsonObject> {
	const output = toOutputDefinition(step.node.structured_output_schema);
	if (output === null) return {};
	try {
		return readStructured(
			step,
			await requestStructured(step, { config, messages, output, purpose: 'structured' }),
		);
	} catch (error) {
		if (!isProviderFailure(error)) throw error;
		step.warn(`No structured output could be had: ${messageOf(error)}`);
		return {};
	}
}
