/** Type names of the second dialect (4.2) and wrong spellings (4.6), as wire names. */

import { edgeSchema } from '../edge';
import { knownLlmSchema, llmOrGroupSchema } from '../model';
import { nodeSchema } from '../node';
import { knownToolSchema } from '../tool';
import { normalizeKey } from './draft';

type Shapes = ReadonlyMap<string, ReadonlySet<string>>;

function shapes(options: ReadonlyArray<{ shape: { type: { value: string } } }>): Shapes {
	return new Map(options.map(({ shape }) => [shape.type.value, new Set(Object.keys(shape))]));
}

/** Wire keys by node type. */
export const NODE_KEYS: Shapes = shapes(nodeSchema.options);
export const EDGE_KEYS: Shapes = shapes(edgeSchema.options);
export const TOOL_KEYS: Shapes = shapes(knownToolSchema.options);
export const LLM_TYPES: ReadonlySet<string> = new Set(
	llmOrGroupSchema.options
		.map(({ shape }) => shape.type.value as string)
		.filter((type) => type !== 'unknown'),
);
/** Wire `provider` by model type, from the validators' defaults. */
export const PROVIDERS: ReadonlyMap<string, string> = new Map(
	knownLlmSchema.options.map((schema) => {
		const type = schema.shape.type.value;
		return [type, schema.parse({ type }).provider ?? ''];
	}),
);

const ALL_NODE_KEYS = new Set([...NODE_KEYS.values()].flatMap((keys) => [...keys]));

/** Node types that documents misspell; applied only when no key contradicts them (end of 4.6). */
const MISSPELLED_NODES: ReadonlyMap<string, string> = new Map([
	['llm', 'say_llm'],
	['rest_api', 'http_request'],
	['say_static_message', 'say_static'],
]);

const TOOL_LABELS: ReadonlyMap<string, string> = new Map([
	['inbuilt', 'inbuilt_function'],
	['inbuilt_tool', 'inbuilt_function'],
	['inline_python', 'inline_python'],
	['python', 'inline_python'],
	['external_api', 'external_api'],
	['knowledge_base', 'knowledge_base'],
	['rest_api', 'external_api'],
]);

const EDGE_LABELS: ReadonlyMap<string, string> = new Map([
	['unconditional', 'direct'],
	['direct', 'direct'],
	['default', 'direct'],
	['conditional', 'conditional'],
	['companion', 'companion'],
	['parallel', 'companion'],
	['unconditional_direct', 'direct'],
	['companion_parallel', 'companion'],
]);

const PROVIDER_LABELS: ReadonlyMap<string, string> = new Map([
	['azure_openai', 'azure_openai_llm'],
	['openai', 'openai_llm'],
	['google', 'google_llm'],
	['anthropic', 'anthropic_llm'],
	['aws_bedrock', 'bedrock_llm'],
	['bedrock', 'bedrock_llm'],
	['custom', 'custom_llm'],
	['xai', 'xai_llm'],
	['gemma', 'gemma_llm'],
	['glm', 'glm_llm'],
	['deepseek', 'deepseek_llm'],
	['default_provider', 'global_default_llm'],
]);

export interface TypeReading {
	type: string;
	rule: '4.2' | '4.6';
}

/** The wire type of a node, or null when the word is no spelling of one. */
export function nodeType(word: string, keys: readonly string[]): TypeReading | null {
	const normal = normalizeKey(word);
	if (NODE_KEYS.has(normal)) return { type: normal, rule: '4.2' };
	const meant = MISSPELLED_NODES.get(normal);
	if (meant === undefined) return null;
	const own = NODE_KEYS.get(meant);
	const contradicts = keys.some(
		(key) => ALL_NODE_KEYS.has(key) && own?.has(key) === false && !MEANT_BY_LABEL.has(key),
	);
	return contradicts ? null : { type: meant, rule: '4.6' };
}

/** Wire names of other types that are labels too, so they contradict nothing. */
const MEANT_BY_LABEL: ReadonlySet<string> = new Set(['message', 'note']);

export function edgeType(word: string): TypeReading | null {
	const normal = normalizeKey(word)
		.replace(/_?edges?$/, '')
		.replace(/\(|\)/g, '');
	const type = EDGE_LABELS.get(normal);
	return type === undefined ? null : { type, rule: normal === 'default' ? '4.6' : '4.2' };
}

export function toolType(word: string): TypeReading | null {
	const normal = normalizeKey(word);
	if (TOOL_KEYS.has(normal)) return { type: normal, rule: '4.2' };
	const type = TOOL_LABELS.get(normal);
	return type === undefined ? null : { type, rule: normal === 'rest_api' ? '4.6' : '4.2' };
}

/** The model type that a provider's label, wire name or type name stands for. */
export function llmType(word: string): string | null {
	const normal = normalizeKey(word);
	if (LLM_TYPES.has(normal)) return normal;
	return PROVIDER_LABELS.get(normal) ?? null;
}
