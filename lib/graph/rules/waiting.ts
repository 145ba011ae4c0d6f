/** Evaluation while a node waits (3.7, R5.26): checked only where it is enabled. */

import type { ConditionalEdge } from '../edge';
import { quoted } from '../fault';
import { type Check, isInteractive, nameOf } from './context';

export function checkWaiting(check: Check): void {
	for (const [index, edge] of check.graph.edge_configs.entries()) {
		if (edge.type === 'conditional' && !edge.disabled && edge.evaluate_while_waiting_config?.enabled === true)
			waitingEdge(check, edge, index);
	}
}

function waitingEdge(check: Check, edge: ConditionalEdge, index: number): void {
	const subject = nameOf(edge);
	const refuse = (rule: string, given: { message: string; advice: string; key?: string }) => {
		const path = check.edgePath(index, ...(given.key ?? 'evaluate_while_waiting_config').split('.'));
		check.error({ rule, path, subject, message: `edge ${subject}: ${given.message}`, advice: given.advice });
	};
	if ((edge.condition?.condition_expression ?? '').trim() === '') {
		const advice = 'Set condition_expression, or disable the waiting evaluation.';
		refuse('R-47', { message: 'waiting evaluation needs an expression', advice, key: 'condition' });
	}
	if ((edge.condition?.condition_freeform ?? '').trim() !== '') {
		const message = 'freeform conditions cannot be evaluated while waiting';
		refuse('R-48', { message, advice: 'Remove condition_freeform.', key: 'condition.condition_freeform' });
	}
	triggers(check, edge, refuse);
	source(check, edge, refuse);
}

type Refuse = (rule: string, given: { message: string; advice: string; key?: string }) => void;

function triggers(check: Check, edge: ConditionalEdge, refuse: Refuse): void {
	const config = edge.evaluate_while_waiting_config;
	if (config === null) return;
	if (config.trigger_mode === 'on_every_background_tick') {
		const seconds = config.min_seconds_between_evaluations;
		if (seconds !== null && seconds > 0) return;
		const key = 'evaluate_while_waiting_config.min_seconds_between_evaluations';
		const message = 'min_seconds_between_evaluations must be above 0';
		refuse('R-52', { message, advice: 'Set it to the seconds between two checks.', key });
		return;
	}
	const key = 'evaluate_while_waiting_config.trigger_node_logical_ids';
	if (config.trigger_node_logical_ids.length === 0) {
		const advice = 'Name the nodes whose completion starts a check, or use on_every_background_tick.';
		refuse('R-49', { message: 'name at least one trigger node', advice, key });
	}
	for (const id of new Set(config.trigger_node_logical_ids)) {
		const node = check.graph.nodesById.get(id);
		if (node === undefined) {
			refuse('R-50', {
				message: `trigger ${quoted(id)} does not exist`,
				advice: 'Name a node of this workflow.',
				key,
			});
		} else if (isInteractive(node)) {
			const message = `trigger ${nameOf(node)} waits for the user`;
			refuse('R-51', { message, advice: 'Name a node that works in the background.', key });
		}
	}
}

function source(check: Check, edge: ConditionalEdge, refuse: Refuse): void {
	const node = check.graph.nodesById.get(edge.source_node_logical_id ?? '');
	if (node === undefined) return;
	if (node.type === 'super_node') {
		const message = 'waiting evaluation is not possible here: the edge leaves a super node';
		refuse('R-53', { message, advice: 'Put the condition on a node behind the super node.' });
		return;
	}
	if (node.type !== 'unknown' && !isInteractive(node)) {
		const message = `source ${nameOf(node)} never waits`;
		refuse('R-54', {
			message,
			advice: 'Use a say_llm or worker_llm node with wait_for_user_message as the source.',
		});
	}
	if (check.edgesOf(node.logical_id).some((other) => other.type === 'direct')) {
		const message = `source ${nameOf(node)} also has a direct edge; fork upstream`;
		refuse('R-55', { message, advice: 'Fork on a node before the one that waits.' });
	}
}
