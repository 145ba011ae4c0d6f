/** Conditions and messages (3.4): present, unambiguous, parsable, and loops that lead somewhere. */

import type { Edge } from '../edge';
import { quoted } from '../fault';
import type { Node } from '../node';
import type { Condition } from '../prompt';
import { isFork } from '../indexes';
import { type Check, nameOf } from './context';

export function checkConditions(check: Check): void {
	for (const [index, edge] of check.graph.edge_configs.entries()) edgeCondition(check, edge, index);
	for (const [index, node] of check.graph.node_configs.entries()) {
		globalConditions(check, node, index);
		exhaustedLoop(check, node, index);
		judgedLoop(check, node, index);
		directBeatsConditional(check, node);
	}
	threadReferences(check);
}

/** True when at least one of the two texts says something. */
function hasText(condition: Condition | null): boolean {
	return [condition?.condition_freeform, condition?.condition_expression].some(
		(text) => (text ?? '').trim() !== '',
	);
}

function edgeCondition(check: Check, edge: Edge, index: number): void {
	// A disabled edge is as good as absent (R3.58).
	if (edge.type !== 'conditional' || edge.disabled) return;
	const subject = nameOf(edge);
	const path = check.edgePath(index, 'condition');
	if (!hasText(edge.condition)) {
		const advice = 'Set condition_freeform or condition_expression; without one the edge is never taken.';
		check.warning({ rule: 'R-29', path, subject, message: `edge ${subject} has no condition`, advice });
	}
	if (edge.condition !== null) texts(check, edge.condition, { path, subject, owner: `edge ${subject}` });
}

interface Owner {
	path: string;
	subject: string;
	/** `edge to_end`, `global node help`. */
	owner: string;
}

function texts(check: Check, condition: Condition, { path, subject, owner }: Owner): void {
	const freeform = (condition.condition_freeform ?? '').trim();
	const expression = (condition.condition_expression ?? '').trim();
	if (freeform !== '' && expression !== '') {
		const message = `${owner}: both conditions set; the expression is used`;
		check.warning({ rule: 'R-30', path, subject, message, advice: 'Keep the one that is meant.' });
	}
	const isStatic = (condition.static_messages_config?.static_messages.length ?? 0) > 0;
	const isDynamic = (condition.dynamic_messages_config?.dynamic_message_prompt ?? '').trim() !== '';
	if (isStatic && isDynamic) {
		const message = `${owner}: use static or dynamic message, not both`;
		check.warning({ rule: 'R-31', path, subject, message, advice: 'Remove one of the two.' });
	}
	if (expression === '' || check.options.checkExpression === undefined) return;
	const problem = check.options.checkExpression(condition.condition_expression ?? '');
	if (problem === null) return;
	check.refusal({
		rule: 'R-32',
		path: `${path}.condition_expression`,
		subject,
		message: `${owner}: ${problem}`,
		advice: 'Use comparisons, AND, OR, NOT, isPresent, isAbsent, isEmpty and isNonEmpty over [[variables]].',
	});
}

function globalConditions(check: Check, node: Node, index: number): void {
	const config = node.global_node_config;
	if (config === null) return;
	const subject = nameOf(node);
	if (config.is_global && !hasText(config.condition)) {
		const message = `global node ${subject} has no condition`;
		const advice =
			'Say when a conversation jumps here, or set is_global to false; it is never entered by itself.';
		check.warning({
			rule: 'R-33',
			path: check.nodePath(index, 'global_node_config', 'condition'),
			subject,
			message,
			advice,
		});
	}
	for (const key of ['condition', 'reverse_conditional_edge'] as const) {
		const condition = config[key];
		if (condition === null) continue;
		const word = key === 'condition' ? 'global node' : 'way back from global node';
		texts(check, condition, {
			path: check.nodePath(index, 'global_node_config', key),
			subject,
			owner: `${word} ${subject}`,
		});
	}
}

function exhaustedLoop(check: Check, node: Node, index: number): void {
	if (node.self_loop_config?.enabled !== true) return;
	const edges = check.edgesOf(node.logical_id);
	const leads = edges.some((edge) => {
		if (edge.type === 'direct') return !isFork(edge, edges);
		return (
			edge.type === 'conditional' &&
			`${edge.condition?.condition_expression ?? ''} ${edge.condition?.condition_freeform ?? ''}`.includes(
				'self_loop_outcome',
			)
		);
	});
	if (leads) return;
	check.warning({
		rule: 'R-35',
		path: check.nodePath(index, 'self_loop_config'),
		subject: nameOf(node),
		message: `an exhausted loop at ${nameOf(node)} leads nowhere: no outgoing edge reads self_loop_outcome`,
		advice: 'Add an edge with a condition such as isPresent([[self_loop_outcome]]), if the run should go on.',
	});
}

/** R6.10: a node without a model asks one after every attempt. */
function judgedLoop(check: Check, node: Node, index: number): void {
	if (node.self_loop_config?.enabled !== true || node.type === 'say_llm' || node.type === 'worker_llm')
		return;
	const judged = check.edgesOf(node.logical_id).some((edge) => {
		if (edge.type !== 'conditional' || (edge.condition?.condition_expression ?? '').trim() !== '')
			return false;
		return (edge.condition?.condition_freeform ?? '').trim() !== '';
	});
	if (!judged) return;
	check.warning({
		rule: 'R6.10',
		path: check.nodePath(index, 'self_loop_config'),
		subject: nameOf(node),
		message: `every attempt of ${nameOf(node)} costs a model call: a freeform condition leads out of its loop`,
		advice: 'Use a condition_expression on the result of the node.',
	});
}

function directBeatsConditional(check: Check, node: Node): void {
	const edges = check.edgesOf(node.logical_id);
	const isDirect = edges.some((edge) => edge.type === 'direct' && !isFork(edge, edges));
	if (!isDirect || node.self_loop_config?.enabled === true) return;
	for (const edge of edges) {
		if (edge.type !== 'conditional' || edge.evaluate_while_waiting_config?.enabled === true) continue;
		check.warning({
			rule: 'R3.3',
			path: check.edgePath(check.indexOfEdge(edge)),
			subject: nameOf(edge),
			message: `edge ${nameOf(edge)} is never taken: node ${nameOf(node)} also has a direct edge`,
			advice: 'Remove the direct edge, or put the condition on a node before it.',
		});
	}
}

const THREAD_REFERENCE = /\[\[\s*thread_([A-Za-z0-9_-]+)\./g;

function threadReferences(check: Check): void {
	const { graph } = check;
	const known = new Set<string>(['0', ...(check.options.threads ?? [])]);
	for (const edge of graph.edge_configs) {
		if (edge.type === 'direct' && edge.companion_thread_config?.thread_id)
			known.add(edge.companion_thread_config.thread_id);
	}
	const places: Array<[Node | Edge, () => string]> = [
		...graph.node_configs.map((node, index): [Node, () => string] => [node, () => check.nodePath(index)]),
		...graph.edge_configs.map((edge, index): [Edge, () => string] => [edge, () => check.edgePath(index)]),
	];
	for (const [object, pathOf] of places) {
		const unknown = new Set<string>();
		const texts: string[] = [];
		collectTexts(object, texts);
		for (const text of texts) {
			for (const [, id] of text.matchAll(THREAD_REFERENCE))
				if (id !== undefined && !known.has(id)) unknown.add(id);
		}
		for (const id of unknown) {
			const message = `no companion thread ${quoted(id)}: no edge of the workflow declares it`;
			const advice =
				'Set thread_id on the edge that forks it, or correct the name; the value reads as absent.';
			check.warning({ rule: 'R-36', path: pathOf(), subject: nameOf(object), message, advice });
		}
	}
}

/** Texts that can hold a reference to a thread, embedded graphs excluded: they have threads of their own. */
function collectTexts(value: unknown, texts: string[]): void {
	if (typeof value === 'string') {
		if (value.includes('[[')) texts.push(value);
	} else if (Array.isArray(value)) {
		for (const item of value) collectTexts(item, texts);
	} else if (typeof value === 'object' && value !== null) {
		// The hottest walk of a check: `for in` makes no arrays, and these objects inherit nothing.
		for (const key in value) {
			const inner = (value as Record<string, unknown>)[key];
			if (inner !== null && key !== 'encapsulated_workflow_config') collectTexts(inner, texts);
		}
	}
}
