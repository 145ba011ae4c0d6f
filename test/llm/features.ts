/** What every adapter must do and which adapters there are: the suites run this list, docs/models.md shows it. */

export interface Feature {
	id: string;
	/** The test's title, and the row of the table. */
	title: string;
}

export const FEATURES = [
	{ id: 'text', title: 'answers in text' },
	{ id: 'stream', title: 'streams text as it is produced' },
	{ id: 'tools', title: 'returns several tool calls of one answer' },
	{ id: 'streamedTools', title: 'returns tool calls from a stream, beside text' },
	{ id: 'toolResults', title: 'carries tool results back' },
	{ id: 'names', title: 'takes tool names of any spelling' },
	{ id: 'structured', title: 'gives a structured answer' },
	{ id: 'structuredRetry', title: 'asks again when a structured answer does not fit (R8.14)' },
	{ id: 'stop', title: 'tells an answer cut at its length from a whole one' },
	{ id: 'usage', title: 'counts the tokens the provider reports (R8.20)' },
	{ id: 'system', title: 'puts the system prompt where the vendor wants it' },
	{ id: 'histories', title: 'takes unusual histories without losing words' },
	{ id: 'unicode', title: 'keeps every character of any script' },
	{ id: 'abort', title: 'ends the HTTP request when aborted in mid-stream' },
	{ id: 'timeout', title: 'ends with LLM_TIMEOUT after request_timeout_ms' },
	{ id: 'retry', title: 'waits as Retry-After asks and tries again (R8.18)' },
	{ id: 'refusal', title: 'does not try again what was refused, and shows no key' },
] as const satisfies readonly Feature[];

export type FeatureId = (typeof FEATURES)[number]['id'];

export interface Subject {
	id: string;
	/** The column of the table. */
	title: string;
	/** The adapter's file in `lib/llm/`. */
	file: string;
	/** A config as a graph file would hold it. */
	config: { type: string; model?: string } & Record<string, unknown>;
	/** Which server it is tested against. */
	server: 'aimock' | 'strict';
}

export const SUBJECTS: readonly Subject[] = [
	{
		id: 'openai',
		title: 'OpenAI, chat completions',
		file: 'openai.ts',
		config: { type: 'openai_llm', model: 'gpt-4.1' },
		server: 'aimock',
	},
	{
		id: 'openai-responses',
		title: 'OpenAI, Responses',
		file: 'openai.ts',
		config: { type: 'openai_llm', model: 'gpt-5.4-pro' },
		server: 'aimock',
	},
	{
		id: 'azure',
		title: 'Azure OpenAI',
		file: 'azure-openai.ts',
		config: { type: 'azure_openai_llm', model: 'gpt-4.1' },
		server: 'aimock',
	},
	{
		id: 'custom',
		title: 'Custom, chat completions',
		file: 'custom.ts',
		config: { type: 'custom_llm', model: 'house-model' },
		server: 'aimock',
	},
	{
		id: 'custom-responses',
		title: 'Custom, Responses',
		file: 'custom.ts',
		config: { type: 'custom_llm', model: 'house-model', use_responses_api: true },
		server: 'aimock',
	},
	{
		id: 'anthropic',
		title: 'Anthropic',
		file: 'anthropic.ts',
		config: { type: 'anthropic_llm', model: 'claude-sonnet-4-6' },
		server: 'aimock',
	},
	{
		id: 'google',
		title: 'Google AI Studio',
		file: 'google.ts',
		config: { type: 'google_llm', model: 'gemini-2.5-flash' },
		server: 'aimock',
	},
	{
		id: 'google-vertex',
		title: 'Google Vertex AI',
		file: 'google.ts',
		config: { type: 'google_llm', model: 'gemini-3-flash-preview', backend: 'vertex' },
		server: 'aimock',
	},
	{
		id: 'bedrock',
		title: 'Amazon Bedrock',
		file: 'bedrock.ts',
		config: { type: 'bedrock_llm', model: 'zai.glm-4.7-flash' },
		server: 'aimock',
	},
];
