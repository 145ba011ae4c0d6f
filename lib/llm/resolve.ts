/** Which LLM config is in charge of a node (R8.2): attached, own, the workflow's, the team's default. */

import { ConfigurationError } from '../errors';
import type { Graph } from '../graph/graph';
import type { LlmOrGroup } from '../graph/model';

export interface LlmQuestion {
	graph: Graph;
	/** The `llms_config` at hand: the node's, or another one its behavior names; null asks for the workflow's. */
	own: LlmOrGroup | null;
	/** The node's `attachable_llm_config_id`. */
	attachableId: string | null;
	/**
	 * Saved configs by `llm_config_id`; under `default` the team's default, under `workflow_default` one
	 * that answers in place of the workflow's own, for callers that bring a model with them.
	 */
	named: Readonly<Record<string, LlmOrGroup>>;
}

/**
 * The config that answers, never `global_default_llm` or `no_llm`; null when nobody configured one.
 *
 * @throws {ConfigurationError} `LLM_CONFIG_NOT_FOUND` when an attached id names no saved config.
 */
export function resolveLlm({ graph, own, attachableId, named }: LlmQuestion): LlmOrGroup | null {
	const attached = attachedConfig(attachableId, named);
	const ofNode = attached ?? (own === null ? null : savedOrInline(own, named));
	if (ofNode !== null && ofNode.type !== 'global_default_llm') return usable(ofNode);
	const { workflow_config: workflow } = graph;
	const ofWorkflow =
		ownEntry(named, 'workflow_default') ??
		attachedConfig(workflow.attachable_llm_config_id, named) ??
		(workflow.llms_config === null ? null : savedOrInline(workflow.llms_config, named));
	return (ofWorkflow === null ? null : usable(ofWorkflow)) ?? usable(named.default ?? null);
}

function attachedConfig(id: string | null, named: LlmQuestion['named']): LlmOrGroup | null {
	if (id === null || id.trim() === '') return null;
	const saved = ownEntry(named, id);
	if (saved !== undefined) return saved;
	throw new ConfigurationError(
		'LLM_CONFIG_NOT_FOUND',
		`LLM config ${id} is attached but no saved config has this id`,
		{
			advice: 'Save an LLM config under this id, or attach another one; it may have been deleted.',
		},
	);
}

/** A reference that is not saved here was saved elsewhere: the file carries its contents beside it. */
function savedOrInline(config: LlmOrGroup, named: LlmQuestion['named']): LlmOrGroup {
	const { named_llm_config_id: id, named_llm_config_name: name } = config;
	const byId = id === null ? undefined : ownEntry(named, id);
	if (byId !== undefined) return byId;
	const byName =
		name === null ? undefined : Object.values(named).find((saved) => saved.named_llm_config_name === name);
	return byName ?? config;
}

function ownEntry(named: LlmQuestion['named'], id: string): LlmOrGroup | undefined {
	return Object.hasOwn(named, id) ? named[id] : undefined;
}

function usable(config: LlmOrGroup | null): LlmOrGroup | null {
	return config === null || config.type === 'no_llm' || config.type === 'global_default_llm' ? null : config;
}
