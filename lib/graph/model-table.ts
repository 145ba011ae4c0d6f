/** Known models and what vendors refuse (2.14), as data: for pickers and warnings, never to refuse. */

/** Model ids by wire `provider`, newest knowledge first; the field itself is an open string. */
export const MODELS: Readonly<Record<string, readonly string[]>> = {
	openai: [
		'gpt-5.6-sol',
		'gpt-5.6-terra',
		'gpt-5.6-luna',
		'gpt-5.4',
		'gpt-5.4-mini',
		'gpt-5.4-nano',
		'gpt-5.4-pro',
		'gpt-5.2',
		'gpt-5.2-pro',
		'gpt-5.1',
		'gpt-5',
		'gpt-5-mini',
		'gpt-5-nano',
		'gpt-4.1',
		'gpt-4.1-mini',
		'gpt-4.1-nano',
		'gpt-audio-1.5',
		'gpt-audio-mini',
	],
	azure_openai: ['gpt-5-chat', 'gpt-5-mini', 'gpt-5-nano', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano'],
	google: [
		'gemini-flash-latest',
		'gemini-flash-lite-latest',
		'gemini-3.8-flash',
		'gemini-3.7-flash',
		'gemini-3.6-flash',
		'gemini-3.5-flash',
		'gemini-3.5-flash-lite',
		'gemini-3.1-pro-preview',
		'gemini-3.1-flash-lite',
		'gemini-3-flash-preview',
		'gemini-2.5-pro',
		'gemini-2.5-flash',
		'gemini-2.5-flash-lite',
	],
	anthropic: [
		'claude-opus-5',
		'claude-sonnet-5',
		'claude-fable-5',
		'claude-opus-4-8',
		'claude-opus-4-7',
		'claude-opus-4-6',
		'claude-opus-4-5-20251101',
		'claude-sonnet-4-6',
		'claude-sonnet-4-5-20250929',
		'claude-haiku-4-5',
		'claude-haiku-4-5-20251001',
	],
	bedrock: [
		'zai.glm-5',
		'zai.glm-4.7',
		'zai.glm-4.7-flash',
		'moonshotai.kimi-k2.5',
		'moonshot.kimi-k2-thinking',
		'qwen.qwen3-vl-235b-a22b',
		'qwen.qwen3-32b-v1:0',
	],
	xai: [
		'grok-4.6',
		'grok-4.3',
		'grok-4.20-reasoning',
		'grok-4.20-non-reasoning',
		'grok-4.1-fast-reasoning',
		'grok-4.1-fast-non-reasoning',
	],
	gemma: ['gemma-4-26b-a4b-it-maas'],
	glm: ['glm-5.2-maas', 'glm-5-maas', 'glm-4.7-maas'],
	deepseek: ['deepseek-v3.2-maas'],
};

/** Models that vendors shut down, with the day, or null when only the removal is known. */
export const RETIRED_MODELS: ReadonlyMap<string, string | null> = new Map([
	['gpt-4', '2026-10-23'],
	['gpt-4o', '2026-10-23'],
	['gpt-4o-mini', '2026-10-23'],
	['gpt-3.5-turbo', '2026-10-23'],
	['claude-opus-4-1-20250805', '2026-08-05'],
	['gpt-5.2-chat-latest', null],
	['gpt-5.3-chat-latest', null],
	['gemini-2.0-flash', null],
	['gemini-2.0-flash-lite', null],
	['gemini-1.5-pro', null],
	['gemini-1.5-flash', null],
	['gemini-1.5-flash-8b', null],
	['claude-opus-4-20250514', null],
	['claude-sonnet-4-20250514', null],
	['gpt-5-chat-latest', null],
	['gpt-5.1-chat-latest', null],
]);

/** Reject `temperature` and a token budget for thinking; thinking counts against `max_tokens`. */
export const ADAPTIVE_THINKING: ReadonlySet<string> = new Set([
	'claude-opus-5',
	'claude-sonnet-5',
	'claude-fable-5',
	'claude-opus-4-8',
	'claude-opus-4-7',
]);

/** Google models that refuse a `thinking_budget` of zero, although zero is the field's default. */
export const ALWAYS_THINKING_GOOGLE: ReadonlySet<string> = new Set([
	'gemini-3.6-flash',
	'gemini-flash-latest',
	'gemini-flash-lite-latest',
	'gemini-3.8-flash',
	'gemini-3.7-flash',
	'gemini-3.1-pro-preview',
]);

/** Refuse chat completions, and raise the efforts `minimal` and `low` to `medium`. Compared without case. */
export const PRO_MODELS: ReadonlySet<string> = new Set(['gpt-5.4-pro', 'gpt-5.2-pro']);

/** Anthropic models that Vertex offers. */
export const ANTHROPIC_ON_VERTEX: ReadonlySet<string> = new Set([
	'claude-opus-4-8',
	'claude-opus-4-7',
	'claude-opus-4-6',
	'claude-sonnet-5',
	'claude-sonnet-4-6',
	'claude-sonnet-4-5-20250929',
]);

/** Output tokens when a config sets none. */
export function fallbackMaxTokens(model: string): number {
	return ADAPTIVE_THINKING.has(model) ? 8192 : 4096;
}

/** The effort a model really gets: the pro models know nothing below `medium` (2.14). */
export function clampedEffort(model: string, effort: string | null): string | null {
	const isLow = effort === 'minimal' || effort === 'low';
	return isLow && PRO_MODELS.has(model.toLowerCase()) ? 'medium' : effort;
}

/** The wire provider of a known model, the first in the table's order; null for an unknown name. */
export function providerOfModel(model: string): string | null {
	for (const [provider, models] of Object.entries(MODELS)) {
		if (models.includes(model)) return provider;
	}
	if (!RETIRED_MODELS.has(model)) return null;
	if (model.startsWith('gpt-')) return 'openai';
	return model.startsWith('gemini-') ? 'google' : 'anthropic';
}
