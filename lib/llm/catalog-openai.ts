/** What each OpenAI model accepts, as data: efforts, temperature, token limit and which of the two APIs. */

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

export interface OpenAiTraits {
	/** Effort words the model takes; empty when it takes none at all; `any`: send it as it is written. */
	efforts: readonly Effort[] | 'any';
	/** What it does when no effort is sent; null for models that do not reason. */
	defaultEffort: Effort | null;
	/** `withoutReasoning`: only beside effort `none`. */
	temperature: 'always' | 'withoutReasoning' | 'never';
	maxTokensField: 'max_tokens' | 'max_completion_tokens';
	/** `responses`: chat completions are refused; `chat`: the Responses API does not know the model. */
	api: 'either' | 'responses' | 'chat';
	/** Function tools beside an active effort: allowed in chat completions, or in Responses only. */
	reasoningWithTools: 'either' | 'responses';
	/** Takes `response_format: json_schema`. */
	jsonSchema: boolean;
	/** Text is had only together with sound: `modalities` must ask for both. */
	speaks: boolean;
	seed: boolean;
	/** Takes `stream_options`, so that a stream ends with its usage. */
	streamUsage: boolean;
}

const REASONING: OpenAiTraits = {
	efforts: ['minimal', 'low', 'medium', 'high'],
	defaultEffort: 'medium',
	temperature: 'never',
	maxTokensField: 'max_completion_tokens',
	api: 'either',
	reasoningWithTools: 'responses',
	jsonSchema: true,
	speaks: false,
	seed: true,
	streamUsage: true,
};

const PLAIN: OpenAiTraits = {
	efforts: [],
	defaultEffort: null,
	temperature: 'always',
	maxTokensField: 'max_tokens',
	api: 'either',
	reasoningWithTools: 'either',
	jsonSchema: true,
	speaks: false,
	seed: true,
	streamUsage: true,
};

/** Read top to bottom; the first pattern that fits a model's name describes it. */
const TABLE: ReadonlyArray<[pattern: RegExp, traits: OpenAiTraits]> = [
	[/^gpt-5-pro/, { ...REASONING, efforts: ['high'], defaultEffort: 'high', api: 'responses' }],
	[/^gpt-[5-9](\.\d+)?-pro/, { ...REASONING, efforts: ['medium', 'high', 'xhigh'], api: 'responses' }],
	[/^gpt-5-chat/, { ...PLAIN, maxTokensField: 'max_completion_tokens', jsonSchema: false }],
	[/^gpt-5\.\d+-chat/, { ...REASONING, efforts: ['medium'], reasoningWithTools: 'either' }],
	[/^gpt-5(-mini|-nano)?(-\d{4}.*)?$/, REASONING],
	[
		/^gpt-5\.1/,
		{
			...REASONING,
			efforts: ['none', 'low', 'medium', 'high'],
			defaultEffort: 'none',
			temperature: 'withoutReasoning',
		},
	],
	[
		/^gpt-5\.[2-4]/,
		{
			...REASONING,
			efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
			defaultEffort: 'none',
			temperature: 'withoutReasoning',
		},
	],
	[/^gpt-5\.5/, { ...REASONING, efforts: ['none', 'low', 'medium', 'high', 'xhigh'] }],
	[/^gpt-(5\.[6-9]|[6-9])/, { ...REASONING, efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'] }],
	[/^o\d/, { ...REASONING, efforts: ['low', 'medium', 'high'] }],
	[/^gpt-(4o-)?(mini-)?audio|^gpt-4o-mini-audio/, { ...PLAIN, api: 'chat', jsonSchema: false, speaks: true }],
	[/^gpt-(4\.1|4o|4\.5)|^chatgpt-4o/, PLAIN],
	[/^gpt-(4|3\.5)/, { ...PLAIN, jsonSchema: false }],
];

/** A model we know nothing of: what every OpenAI-compatible server takes, and no more. */
export const UNKNOWN_TRAITS: OpenAiTraits = PLAIN;

/**
 * The traits of a model, or null for a name that is not OpenAI's. Letter case and a vendor's prefix
 * (`openai/gpt-5-mini`, as gateways write it) do not matter.
 */
export function openAiTraits(model: string): OpenAiTraits | null {
	const name = model.toLowerCase().replace(/^.*\//, '');
	return TABLE.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/**
 * The effort to send (2.14, R8.19): the asked one where the model takes it, else the next stronger,
 * else the strongest it has (`minimal` and `low` become `medium` on pro models). Null: send none.
 */
export function clampEffort(
	asked: string | null | undefined,
	efforts: OpenAiTraits['efforts'],
): string | null {
	if (efforts === 'any') return asked?.trim() || null;
	const wanted = EFFORTS.indexOf((asked ?? '').trim().toLowerCase() as Effort);
	if (wanted < 0 || efforts.length === 0) return null;
	const stronger = efforts.find((effort) => EFFORTS.indexOf(effort) >= wanted);
	return stronger ?? efforts[efforts.length - 1] ?? null;
}
