/** Models: temperatures, capabilities, retired models, nodes without a model. */

import type { ConditionalEdge } from '../edge';
import type { LlmConfig } from '../model';
import type { Node, SayLlmNode, WorkerLlmNode, WorkflowRunEvaluatorNode } from '../node';
import {
	ADAPTIVE_THINKING,
	ALWAYS_THINKING_GOOGLE,
	ANTHROPIC_ON_VERTEX,
	clampedEffort,
	RETIRED_MODELS,
} from '../model-table';
import { quoted } from '../fault';
import { type Check, nameOf } from './context';
import { llmRoots, membersOf, type PlacedLlm } from './walk';

export function checkModels(check: Check): void {
	for (const root of llmRoots(check)) {
		if (root.config.type === 'llm_group_with_backchannel') {
			const { backchannel_static_responses: fixed, backchannel_llm_config: live } = root.config;
			if (fixed.length > 0 && live !== null) {
				const message = 'use fixed fillers or a backchannel LLM, not both';
				const { path, subject } = root;
				check.warning({ rule: 'R-34', path, subject, message, advice: 'Remove one of the two.' });
			}
		}
		for (const placed of membersOf(root)) oneModel(check, placed);
	}
	nodesWithoutModel(check);
	savedConfigs(check);
}

function oneModel(check: Check, { llm, path, subject }: PlacedLlm): void {
	const { temperature } = llm;
	if (temperature !== null && (temperature < 0 || temperature > 1)) {
		const message = `temperature must be 0 to 1, found ${temperature}`;
		check.error({
			rule: 'R-25',
			path: `${path}.temperature`,
			subject,
			message,
			advice: 'Choose a value of 0 to 1.',
		});
	}
	for (const [message, advice] of capabilityProblems(llm)) {
		check.warning({ rule: 'R-86', path, subject, message, advice });
	}
}

/** What the vendor refuses or changes, as message and advice; the table holds which models are meant. */
function* capabilityProblems(llm: LlmConfig): Generator<[string, string]> {
	if (!('model' in llm) || typeof llm.model !== 'string') return;
	const { model } = llm;
	const retired = RETIRED_MODELS.get(model);
	if (retired !== undefined) {
		const when = retired === null ? '' : ` on ${retired}`;
		yield [`${model}: the vendor shut it down${when}`, 'Choose a newer model.'];
	}
	const budget =
		'thinking_budget' in llm && typeof llm.thinking_budget === 'number' ? llm.thinking_budget : null;
	if (ADAPTIVE_THINKING.has(model)) {
		if (llm.temperature !== null) yield [`${model}: refuses temperature`, 'Remove temperature.'];
		if (budget !== null && budget > 0)
			yield [`${model}: refuses a token budget for thinking`, 'Remove thinking_budget.'];
	}
	const level = llm.type === 'google_llm' ? (llm.thinking_level ?? '').trim() : '';
	if (llm.type === 'google_llm' && budget === 0 && level === '' && ALWAYS_THINKING_GOOGLE.has(model)) {
		const message = `${model}: always thinks and refuses a thinking_budget of 0, which is also the default`;
		yield [message, 'Set thinking_budget to null or above 0, or set thinking_level.'];
	}
	if ('reasoning_effort' in llm && typeof llm.reasoning_effort === 'string') {
		const effort = clampedEffort(model, llm.reasoning_effort);
		if (effort !== llm.reasoning_effort) {
			yield [
				`${model}: effort ${llm.reasoning_effort} is raised to ${effort}`,
				'Set reasoning_effort to medium, high or xhigh.',
			];
		}
	}
	if (isVertexOnly(llm)) {
		if (llm.api_key !== null && llm.api_key.trim() !== '')
			yield [`${model}: reached through Vertex only, without an API key`, 'Remove api_key.'];
		const location = (llm.vertex_location ?? '').trim();
		if (location !== '' && location !== 'global')
			yield [`${model}: vertex_location must be global`, 'Remove vertex_location, or write global.'];
	}
	if (llm.type === 'anthropic_llm' && llm.backend === 'vertex' && !ANTHROPIC_ON_VERTEX.has(model)) {
		yield [`${model}: not offered through Vertex`, 'Choose another model, or the backend direct.'];
	}
}

type VertexOnly = Extract<LlmConfig, { type: 'xai_llm' | 'gemma_llm' | 'glm_llm' | 'deepseek_llm' }>;

function isVertexOnly(llm: LlmConfig): llm is VertexOnly {
	return ['xai_llm', 'gemma_llm', 'glm_llm', 'deepseek_llm'].includes(llm.type);
}

function nodesWithoutModel(check: Check): void {
	const config = check.graph.workflow_config;
	const hasDefault =
		config.attachable_llm_config_id !== null ||
		(config.llms_config !== null && config.llms_config.type !== 'no_llm');
	if (hasDefault) return;
	judgedEdges(check);
	for (const [index, node] of check.graph.node_configs.entries()) {
		if (!hasModelCall(node)) continue;
		if (node.disabled || node.attachable_llm_config_id !== null) continue;
		if (node.llms_config !== null && node.llms_config.type !== 'global_default_llm') continue;
		check.warning({
			rule: 'R-87',
			path: check.nodePath(index, 'llms_config'),
			subject: nameOf(node),
			message: `node ${nameOf(node)} has no LLM: it uses the workflow's, and the workflow has none`,
			advice:
				'Set llms_config on the node or on the workflow; otherwise the default of the team has to answer.',
		});
	}
}

/** R3.15: the workflow's model judges the freeform edges of nodes that have none. */
function judgedEdges(check: Check): void {
	for (const [index, edge] of check.graph.edge_configs.entries()) {
		if (edge.type !== 'conditional' || edge.disabled || !isFreeform(edge)) continue;
		const source = check.graph.nodesById.get(edge.source_node_logical_id ?? '');
		if (!source || source.disabled || source.type === 'super_node' || hasModelCall(source)) continue;
		check.warning({
			rule: 'R3.15',
			path: check.edgePath(index, 'condition', 'condition_freeform'),
			subject: nameOf(edge),
			message: `edge ${nameOf(edge)} has no LLM to judge it: node ${nameOf(source)} calls none, and the workflow has none`,
			advice:
				'Set llms_config on the workflow, or use a condition_expression; otherwise the default of the team has to judge.',
		});
	}
}

function isFreeform({ condition }: ConditionalEdge): boolean {
	const isBlank = (text: string | null | undefined) => (text ?? '').trim() === '';
	return isBlank(condition?.condition_expression) && !isBlank(condition?.condition_freeform);
}

function hasModelCall(node: Node): node is SayLlmNode | WorkerLlmNode | WorkflowRunEvaluatorNode {
	return node.type === 'say_llm' || node.type === 'worker_llm' || node.type === 'workflow_run_evaluator';
}

function savedConfigs(check: Check): void {
	const saved = check.options.savedLlmIds;
	if (saved === undefined) return;
	const report = (id: unknown, path: string, subject: string | null) => {
		if (typeof id !== 'string' || saved.has(id)) return;
		const message = `LLM config ${quoted(id)} not found`;
		check.warning({
			rule: 'R-88',
			path,
			subject,
			message,
			advice: 'Save a config under this id, or choose another.',
		});
	};
	report(
		check.graph.workflow_config.attachable_llm_config_id,
		`${check.path}.workflow_config.attachable_llm_config_id`,
		null,
	);
	for (const [index, node] of check.graph.node_configs.entries()) {
		if ('attachable_llm_config_id' in node && node.type !== 'unknown') {
			report(node.attachable_llm_config_id, check.nodePath(index, 'attachable_llm_config_id'), nameOf(node));
		}
	}
}
