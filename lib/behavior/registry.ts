/** Which behavior executes which node type. */

import { GraphError } from '../errors';
import type { Node, NodeType } from '../graph/node';
import { athena } from './athena';
import type { Behavior } from './contract';
import { deduplicate } from './deduplicate';
import { endConversation } from './end-conversation';
import { fieldExtractor } from './field-extractor';
import { googleDocs } from './google-docs';
import { httpRequest } from './http-request';
import { noOp } from './no-op';
import { sayLlm } from './say-llm';
import { sayStatic } from './say-static';
import { sendSms } from './send-sms';
import { startConversation } from './start-conversation';
import { toolNode } from './tool-node';
import { workerLlm } from './worker-llm';
import { workflowRunEvaluator } from './workflow-run-evaluator';
import { workflowRunFetch } from './workflow-run-fetch';

type Registry = { [T in Exclude<NodeType, 'super_node' | 'unknown'>]: Behavior<Extract<Node, { type: T }>> };

const behaviors: Registry = {
	say_llm: sayLlm,
	worker_llm: workerLlm,
	say_static: sayStatic,
	no_op: noOp,
	start_conversation: startConversation,
	end_conversation: endConversation,
	tool_node: toolNode,
	http_request: httpRequest,
	send_sms: sendSms,
	deduplicate,
	field_extractor: fieldExtractor,
	workflow_run_fetch: workflowRunFetch,
	workflow_run_evaluator: workflowRunEvaluator,
	google_docs: googleDocs,
	athena_patients_search: athena,
	athena_patients_create: athena,
	athena_patients_update: athena,
	athena_appointments_create: athena,
};

/**
 * The behavior of a node.
 *
 * @throws {GraphError} `NODE_TYPE_UNKNOWN` (R7.19), `NODE_UNREADABLE` for a known type whose fields failed
 * (graph-format 5.3), or `SUPER_NODE_NOT_EXPANDED` when the graph was not expanded.
 */
export function behaviorOf(node: Node): Behavior {
	if (node.type !== 'super_node' && node.type !== 'unknown') return behaviors[node.type] as Behavior;
	const name = node.name ?? node.logical_id;
	if (node.type === 'super_node') {
		throw new GraphError(
			'SUPER_NODE_NOT_EXPANDED',
			`Super node "${name}" was not replaced by its workflow before the run.`,
			{
				advice: 'Make the workflow it names available, then start a new run.',
				place: `node "${name}"`,
			},
		);
	}
	const fault = node.faults.find(({ rule }) => rule === 'R-10' || rule === 'R-11');
	if (fault !== undefined && isKnownType(node.original_type)) {
		throw new GraphError(
			'NODE_UNREADABLE',
			`Node "${name}" cannot be executed, because a field cannot be read: ${fault.message}.`,
			{ advice: fault.advice, place: fault.path },
		);
	}
	throw new GraphError(
		'NODE_TYPE_UNKNOWN',
		`Node "${name}" has type "${node.original_type ?? ''}", which cannot be executed.`,
		{
			advice: 'Replace the node by one of the known types, or lead the edges around it.',
			place: `node "${name}"`,
		},
	);
}

function isKnownType(type: string | null): boolean {
	return type !== null && (type === 'super_node' || Object.hasOwn(behaviors, type));
}
