/** Which behavior executes which node type. */

import { GraphError } from '../errors';
import type { Node, NodeType } from '../graph/node';
import type { Behavior } from './contract';
import { endConversation } from './end-conversation';
import { noOp } from './no-op';
import { sayLlm } from './say-llm';
import { sayStatic } from './say-static';
import { workerLlm } from './worker-llm';

type Registry = { [T in NodeType]?: Behavior<Extract<Node, { type: T }>> };

const behaviors: Registry = {
	say_llm: sayLlm,
	worker_llm: workerLlm,
	say_static: sayStatic,
	no_op: noOp,
	end_conversation: endConversation,
};

/**
 * The behavior of a node.
 *
 * @throws {GraphError} `NODE_TYPE_UNKNOWN` (R7.19), or `SUPER_NODE_NOT_EXPANDED` when the graph was not expanded.
 */
export function behaviorOf(node: Node): Behavior {
	const behavior = behaviors[node.type];
	if (behavior) return behavior as Behavior;
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
	const type = node.type === 'unknown' ? node.original_type : node.type;
	throw new GraphError(
		'NODE_TYPE_UNKNOWN',
		`Node "${name}" has type "${type ?? ''}", which cannot be executed.`,
		{
			advice: 'Replace the node by one of the known types, or lead the edges around it.',
			place: `node "${name}"`,
		},
	);
}
