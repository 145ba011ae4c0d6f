/** What each Claude model accepts, as data: kind of thinking, temperature, structured answers, token caps. */

export interface AnthropicTraits {
	/** `budget`: a block with a number of tokens; `adaptive`: the model decides how much; `none`: it cannot. */
	thinking: 'none' | 'budget' | 'adaptive';
	/** How thinking is turned off: leaving the block out, saying so, or not at all. */
	thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
	temperature: boolean;
	/** Takes `output_config.format`; else the answer comes through a forced tool. */
	jsonSchema: boolean;
	/** What is sent as `max_tokens` when the config leaves it open (2.14). */
	fallbackMaxTokens: number;
	/** A larger `max_tokens` is refused, thinking included. */
	maxOutputTokens: number;
}

const CLASSIC: AnthropicTraits = {
	thinking: 'budget',
	thinkingOff: 'omit',
	temperature: true,
	jsonSchema: true,
	fallbackMaxTokens: 4096,
	maxOutputTokens: 64_000,
};

const ADAPTIVE: AnthropicTraits = {
	thinking: 'adaptive',
	thinkingOff: 'omit',
	temperature: false,
	jsonSchema: true,
	fallbackMaxTokens: 8192,
	maxOutputTokens: 128_000,
};

/** Read top to bottom; the first pattern that fits a model's name describes it. */
const TABLE: ReadonlyArray<[pattern: RegExp, traits: AnthropicTraits]> = [
	[/claude-(fable|mythos)/, { ...ADAPTIVE, thinkingOff: 'never' }],
	[/claude-opus-5-[5-9]/, { ...ADAPTIVE, thinkingOff: 'never' }],
	[/claude-sonnet-5-[5-9]/, { ...ADAPTIVE, thinkingOff: 'between_tools' }],
	// These think unless told not to.
	[/claude-(opus|sonnet|haiku)-[5-9]/, { ...ADAPTIVE, thinkingOff: 'disabled' }],
	[/claude-opus-4-[78]/, ADAPTIVE],
	// Takes both forms; the vendor asks for this one.
	[/claude-opus-4-6/, { ...CLASSIC, thinking: 'adaptive', maxOutputTokens: 128_000 }],
	[/claude-opus-4-1(?!\d)/, { ...CLASSIC, maxOutputTokens: 32_000 }],
	// A date may follow the 4: claude-sonnet-4-20250514 is no 4.2.
	[/claude-(opus|sonnet|haiku)-4-[1-6](?!\d)/, CLASSIC],
	[/claude-opus-4/, { ...CLASSIC, jsonSchema: false, maxOutputTokens: 32_000 }],
	[/claude-sonnet-4|claude-3-7/, { ...CLASSIC, jsonSchema: false }],
	[/claude-3-5/, { ...CLASSIC, thinking: 'none', jsonSchema: false, maxOutputTokens: 8192 }],
	[
		/claude-3|claude-2|claude-instant/,
		{ ...CLASSIC, thinking: 'none', jsonSchema: false, maxOutputTokens: 4096 },
	],
];

/** An unknown Claude is most likely newer than this table: send what the newest ones take. */
const UNKNOWN: AnthropicTraits = { ...ADAPTIVE, thinkingOff: 'omit' };

export function anthropicTraits(model: string): AnthropicTraits {
	const name = model.toLowerCase();
	return TABLE.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}

/** The smallest budget a thinking block may name, and what must be left for the answer beside it. */
export const MIN_THINKING_BUDGET = 1024;
