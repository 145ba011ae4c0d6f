/** `no_op`: waits its delay and reports success or the simulated failure (R7.14). */

import type { NoOpNode } from '../graph/node';
import type { Behavior } from './contract';

export const noOp: Behavior<NoOpNode> = {
	async execute(step) {
		const { node } = step;
		const delayMs = Math.max(0, node.delay_seconds ?? 0) * 1000;
		if (delayMs > 0) await step.pause(delayMs);
		const success = !node.simulate_failure;
		const name = node.output_runtime_variable_name || 'no_op_result';
		step.write([
			{ name, value: null },
			{ name: `${name}_success`, value: success },
		]);
		return { output: { success, error_message: success ? null : 'The node simulates a failure.' } };
	},
};
