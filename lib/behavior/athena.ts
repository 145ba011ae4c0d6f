/** The four Athena nodes: without an EHR connection they report `not_configured` and go on (R7.18.5). */

import type { Behavior, Step } from './contract';

type AthenaNode = Extract<Step['node'], { type: `athena_${string}` }>;

const NOT_CONFIGURED = 'not_configured: no EHR connection exists in this deployment.';

export const athena: Behavior<AthenaNode> = {
	async execute(step) {
		const { type } = step.node;
		step.report('athena', { status_code: null, response_body: null, error: NOT_CONFIGURED });
		step.write([
			{ name: `${type}_result`, value: null },
			{ name: `${type}_success`, value: false },
			{ name: `${type}_error`, value: NOT_CONFIGURED },
		]);
		return { output: { success: false, status_code: null, response: null } };
	},
};
