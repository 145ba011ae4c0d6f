/** Which model answers inside an embedded graph: its own default, the parent's, or an override (R7.3.8). */

import { isJsonObject, type Json, type JsonObject } from '../json';
import type { SuperNode } from './super-node';

/** A model choice in wire form; null: the outer workflow's default. */
export type ModelChoice = { attachable_llm_config_id: Json; llms_config: Json } | null;

export interface ModelOverride {
	choice: ModelChoice;
	/** Only nodes that are set to the workflow default. */
	onlyDefaults: boolean;
}

const LLM_NODE_TYPES: ReadonlySet<string> = new Set(['say_llm', 'worker_llm', 'workflow_run_evaluator']);

export function isLlmNode(raw: JsonObject): boolean {
	return typeof raw.type === 'string' && LLM_NODE_TYPES.has(raw.type);
}

/** The default of an embedded workflow, or its parent's when it has none. */
export function defaultModel(config: Json | undefined, parent: ModelChoice): ModelChoice {
	return isJsonObject(config) ? (choiceOf(config) ?? parent) : parent;
}

/** What a placeholder puts in the place of its interior's models; null: nothing. */
export function overrideOf(
	placeholder: SuperNode,
	raw: JsonObject,
	parent: ModelChoice,
): ModelOverride | null {
	if (!placeholder.override_llm_config) return null;
	return { choice: choiceOf(raw) ?? parent, onlyDefaults: placeholder.override_only_workflow_default_nodes };
}

function choiceOf(holder: JsonObject): ModelChoice {
	const attached = holder.attachable_llm_config_id;
	const config = holder.llms_config;
	if (typeof attached === 'string' && attached !== '')
		return { attachable_llm_config_id: attached, llms_config: config ?? null };
	if (!isJsonObject(config) || config.type === 'no_llm' || config.type === 'global_default_llm') return null;
	return { attachable_llm_config_id: null, llms_config: config };
}

/**
 * The node with the model that answers for it.
 * @param overrides From the innermost placeholder outward; an outer one has the last word.
 */
export function withModel(
	raw: JsonObject,
	fallback: ModelChoice,
	overrides: readonly ModelOverride[],
): JsonObject {
	if (!isLlmNode(raw)) return raw;
	const isDefault = isOnDefault(raw);
	let choice: ModelChoice | undefined = isDefault && fallback !== null ? fallback : undefined;
	let isReplaced = false;
	for (const override of overrides) {
		if (override.onlyDefaults && (!isDefault || isReplaced)) continue;
		choice = override.choice;
		isReplaced = true;
	}
	if (choice === undefined) return raw;
	const chosen = choice ?? { attachable_llm_config_id: null, llms_config: { type: 'global_default_llm' } };
	return { ...raw, ...chosen };
}

function isOnDefault(raw: JsonObject): boolean {
	if (typeof raw.attachable_llm_config_id === 'string' && raw.attachable_llm_config_id !== '') return false;
	const config = raw.llms_config;
	return !isJsonObject(config) || config.type === 'global_default_llm';
}
