/** Values of the deployment that turns read: global variables, secret ones apart, and saved LLM configs. */

import { llmOrGroupSchema, type LlmOrGroup } from '../graph/model';
import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Store } from '../store/contract';
import type { AccessPorts } from './access';

/** Scopes of the store's settings; the entries are the rows of the API's variables and LLM configs. */
export const VARIABLE_SCOPE = 'global_variable';
export const LLM_CONFIG_SCOPE = 'llm_config';

export interface Values {
	globals: JsonObject;
	secrets: Record<string, string>;
	namedLlms: Record<string, LlmOrGroup>;
}

/** Reads the settings anew: a change made meanwhile holds from the next turn on (R8.3). */
export async function readSurroundings(
	store: Store,
	{ workflowDefault, fallbackLlm }: Pick<AccessPorts, 'workflowDefault' | 'fallbackLlm'>,
): Promise<Values> {
	const [variables, configs] = await Promise.all([
		store.listSettings(VARIABLE_SCOPE),
		store.listSettings(LLM_CONFIG_SCOPE),
	]);
	const globals: JsonObject = {};
	const secrets: Record<string, string> = {};
	for (const { name, value } of variables) {
		if (!isJsonObject(value)) continue;
		if (value.is_secret === true) secrets[name] = String(value.value ?? '');
		else globals[name] = value.value ?? null;
	}
	const namedLlms = readConfigs(configs);
	return {
		globals,
		secrets,
		namedLlms: {
			...(fallbackLlm === null ? {} : { default: fallbackLlm }),
			...namedLlms,
			...(workflowDefault === null ? {} : { workflow_default: workflowDefault }),
		},
	};
}

function readConfigs(rows: ReadonlyArray<{ name: string; value: Json }>): Record<string, LlmOrGroup> {
	const configs: Record<string, LlmOrGroup> = {};
	for (const { name, value } of rows) {
		if (!isJsonObject(value)) continue;
		const read = llmOrGroupSchema.safeParse(value.config ?? value);
		if (!read.success) continue;
		configs[name] = read.data;
		if (value.is_default === true) configs.default = read.data;
	}
	return configs;
}
