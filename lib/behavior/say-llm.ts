/** `say_llm`: a model speaks with the user, may use tools, and may pick an exit (R7.4). */

import type { SayLlmNode } from '../graph/node';
import type { JsonObject } from '../json';
import { toOutputDefinition } from '../llm/structured';
import type { Behavior } from './contract';
import { isProviderFailure } from './failure';
import { errorMessageOf, talk, type Talk } from './llm-step';
import { tryStructured } from './structured';

export const sayLlm: Behavior<SayLlmNode> = {
	async execute(step) {
		let held: Talk;
		try {
			held = await talk(step, { purpose: 'say', speaks: true });
		} catch (error) {
			const apology = isProviderFailure(error) ? errorMessageOf(step) : null;
			if (apology === null) throw error;
			step.say({ text: apology, type: 'error' });
			return { output: { structured_output: {} }, failed: true, spoke: true };
		}
		const { picks, pickedBy, said } = held;
		if (held.discarded) return { output: { structured_output: {} }, picks: [], spoke: said };
		if (!said && picks.length === 0) {
			step.warn(`The model of node "${step.node.name ?? step.node.logical_id}" returned no text.`);
		}
		let structured: JsonObject = {};
		const output = toOutputDefinition(step.node.structured_output_schema);
		if (output !== null && (said || picks.length === 0)) {
			structured = await tryStructured(step, {
				config: held.config,
				messages: held.messages,
				output,
				purpose: 'structured',
			});
		}
		return { output: { structured_output: structured }, picks, pickedBy, spoke: said };
	},
};
