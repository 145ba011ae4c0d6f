/** Remembers what an OpenAI-speaking server refused once, so that a new model works before our table knows it. */

import type { OpenAiTraits } from './catalog-openai';

/** Places are an address and a model; what one refuses says nothing about another. */
export interface RefusalMemory {
	/** Reads a refusal; true when it taught something new, so that asking again makes sense. */
	learn(place: string, error: unknown): boolean;
	/** The table's traits with everything learned laid over them. */
	apply(place: string, traits: OpenAiTraits): OpenAiTraits;
}

type Lesson = Partial<OpenAiTraits>;

export function createRefusalMemory(): RefusalMemory {
	const lessons = new Map<string, Lesson>();
	return {
		learn(place, error) {
			const lesson = lessonOf(error);
			if (lesson === null) return false;
			const before = lessons.get(place) ?? {};
			const isNew = Object.entries(lesson).some(([key, value]) => !same(before[key as keyof Lesson], value));
			lessons.set(place, { ...before, ...lesson });
			return isNew;
		},
		apply: (place, traits) => ({ ...traits, ...lessons.get(place) }),
	};
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function lessonOf(error: unknown): Lesson | null {
	const failure = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
	const status = failure.status;
	const message = error instanceof Error ? error.message : '';
	if (status === 404 || status === 405 || status === 501) return lessonOfMissingApi(message);
	if (status !== 400 && status !== 422) return null;
	if (/\/v1\/responses|responses api|only supported in v1\/responses/i.test(message)) {
		return /tool/i.test(message) ? { reasoningWithTools: 'responses' } : { api: 'responses' };
	}
	const param = typeof failure.param === 'string' ? failure.param : '';
	const names = (name: string) =>
		param === name || param.startsWith(`${name}.`) || (param === '' && message.includes(name));
	if (names('max_completion_tokens') && !/use 'max_completion_tokens'/i.test(message))
		return { maxTokensField: 'max_tokens' };
	if (names('max_tokens')) return { maxTokensField: 'max_completion_tokens' };
	if (names('temperature')) return { temperature: 'never' };
	if (names('reasoning_effort') || names('reasoning')) return { efforts: [] };
	if (names('response_format') || names('text.format')) return { jsonSchema: false };
	if (names('seed')) return { seed: false };
	if (names('stream_options')) return { streamUsage: false };
	return null;
}

/** A compatible server without the Responses API answers 404 on its path, not on the model. */
function lessonOfMissingApi(message: string): Lesson | null {
	if (/v1\/responses|only supported in|not a chat model/i.test(message)) return { api: 'responses' };
	return /model|deployment/i.test(message) ? null : { api: 'chat' };
}
