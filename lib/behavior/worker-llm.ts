/** `worker_llm`: a model works in silence and leaves its findings as variables (R7.5). */

import { messageOf } from '../errors';
import type { WorkerLlmNode } from '../graph/node';
import { toOutputDefinition } from '../llm/structured';
import type { Behavior, Step, StepOutcome } from './contract';
import { isProviderFailure } from './failure';
import { configOf, talk } from './llm-step';
import { fillerPrompt, systemPrompt } from './prompt';
import { askStructured, keepStructured, tryStructured } from './structured';
import { offeredTools } from './tool-round';

export const workerLlm: Behavior<WorkerLlmNode> = {
	async execute(step) {
		try {
			return await work(step);
		} catch (error) {
			if (!isProviderFailure(error) || step.node.default_error_message === null) throw error;
			step.warn(
				`The model of node "${step.node.name ?? step.node.logical_id}" gave no answer: ${messageOf(error)}`,
			);
			return { output: { structured_output: {} }, failed: true };
		}
	},
};

async function work(step: Step<WorkerLlmNode>): Promise<StepOutcome> {
	const output = toOutputDefinition(step.node.structured_output_schema);
	const hasTools = !step.withoutTools && (step.exits.length > 0 || offeredTools(step).size > 0);
	if (output === null || hasTools) {
		const held = await talk(step, { purpose: 'worker', speaks: false, endsWithTools: output !== null });
		if (held.discarded || output === null)
			return { output: { structured_output: {} }, picks: held.picks, pickedBy: held.pickedBy };
		const { config, messages } = held;
		const structured = await tryStructured(step, { config, messages, output, purpose: 'worker' });
		return { output: { structured_output: structured }, picks: held.picks, pickedBy: held.pickedBy };
	}
	const answer = await askStructured(step, {
		config: configOf(step),
		messages: [{ role: 'system', content: systemPrompt(step, false) }, ...step.history],
		output,
		purpose: 'worker',
		fills: true,
		fillerPrompt: fillerPrompt(step),
	});
	if (!(await step.cleared())) {
		step.discard(answer);
		return { output: { structured_output: {} } };
	}
	return { output: { structured_output: keepStructured(step, answer) } };
}
