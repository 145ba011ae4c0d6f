/** `workflow_run_fetch`: loads the record of a run as JSON text (R7.7). */

import type { WorkflowRunFetchNode } from '../graph/node';
import { fillText } from '../value/template';
import type { Behavior } from './contract';

export const workflowRunFetch: Behavior<WorkflowRunFetchNode> = {
	async execute(step) {
		const { node, scope, services } = step;
		const id = fillText(node.workflow_run_id ?? '{{workflow_run_id}}', scope).trim();
		const run = services?.fetchRun && id !== '' ? await services.fetchRun(id) : null;
		if (!services?.fetchRun)
			step.warn('not_configured: this deployment keeps no runs that could be fetched.');
		else if (run === null) step.warn(`No run with the id "${id}" was found.`);
		const text = run === null ? null : JSON.stringify(run);
		step.write([{ name: node.result_runtime_variable_name || 'workflow_run_object', value: text }]);
		return { output: { fetched_workflow_run: text } };
	},
};
