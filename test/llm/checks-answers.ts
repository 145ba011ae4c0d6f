/** The conformance checks of answers: text, streams, tools, structure, accounting, histories. */

import type { LLMock } from '@copilotkit/aimock';
import type { JsonObject } from '../../lib/json';
import type { ModelMessage, ToolDefinition } from '../../lib/llm/contract';
import { user, type Bench } from './bench';
import type { FeatureId } from './features';

const WEATHER: ToolDefinition = {
	name: 'weather',
	description: 'Tells the weather.',
	parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const PERSON = {
	name: 'person',
	description: 'Who it is about.',
	schema: {
		type: 'object',
		properties: { name: { type: 'string' }, age: { type: 'integer' }, note: { type: 'string' } },
		required: ['name', 'age'],
	},
};

/** Everything but failures. */
export const ANSWER_CHECKS: Record<Exclude<FeatureId, FailureId>, (bench: Bench) => Promise<void>> = {
	async text({ mock, call, subject }) {
		mock.onMessage('a plain question', { content: 'A plain answer.' });
		const answer = await call({ user: 'a plain question' });
		expect(answer).toMatchObject({
			text: 'A plain answer.',
			toolCalls: [],
			finishReason: 'stop',
			wasStreamed: false,
		});
		expect(answer.model).toContain(subject.config.model);
		expect(answer.calls).toHaveLength(1);
	},

	async stream({ mock, call }) {
		const text = 'One two three four five six seven eight nine ten.';
		mock.onMessage('stream please', { content: text }, { chunkSize: 5 });
		const pieces: string[] = [];
		const answer = await call({ user: 'stream please', onText: (piece) => pieces.push(piece) });
		expect(answer).toMatchObject({ text, finishReason: 'stop', wasStreamed: true });
		expect(pieces.join('')).toBe(text);
		expect(pieces.length).toBeGreaterThan(3);
	},

	async tools({ mock, call }) {
		mock.onMessage('two cities', {
			toolCalls: [
				{ name: 'weather', arguments: '{"city":"Oslo"}', id: 'call_a' },
				{ name: 'weather', arguments: '{"city":"Rome"}', id: 'call_b' },
			],
		});
		const answer = await call({ user: 'two cities', tools: [WEATHER] });
		expect(answer.toolCalls.map(({ name, arguments: args }) => [name, args])).toEqual([
			['weather', { city: 'Oslo' }],
			['weather', { city: 'Rome' }],
		]);
		expect(new Set(answer.toolCalls.map(({ id }) => id)).size).toBe(2);
		expect(answer.finishReason).toBe('tool_calls');
	},

	async streamedTools({ mock, call }) {
		mock.onMessage('text and calls', {
			content: 'Let me look.',
			toolCalls: [
				{ name: 'weather', arguments: '{"city":"Oslo"}', id: 'call_a' },
				{ name: 'weather', arguments: '{"city":"Rome"}', id: 'call_b' },
			],
		});
		const pieces: string[] = [];
		const answer = await call({
			user: 'text and calls',
			tools: [WEATHER],
			onText: (piece) => pieces.push(piece),
		});
		expect(answer.text).toBe('Let me look.');
		expect(pieces.join('')).toBe('Let me look.');
		expect(answer.toolCalls.map(({ arguments: args }) => args)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }]);
	},

	async toolResults({ mock, call, lastMessages }) {
		mock.on({ hasToolResult: true }, { content: 'It rains in Oslo.' });
		const answer = await call({
			messages: [
				user('the weather?'),
				{
					role: 'assistant',
					content: '',
					toolCalls: [{ id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }],
				},
				{ role: 'tool', toolCallId: 'call_1', toolName: 'weather', content: '{"sky":"rain"}' },
			],
			tools: [WEATHER],
		});
		expect(answer.text).toBe('It rains in Oslo.');
		const result = lastMessages().find(({ role }) => role === 'tool');
		expect(JSON.stringify(result?.content)).toContain('rain');
	},

	async names({ mock, call }) {
		const name = `Destination_Node_G→A 🩺 ${'x'.repeat(200)}`;
		mock.on({ userMessage: 'odd names' }, (request) => {
			const [tool] = request.tools ?? [];
			return { toolCalls: [{ name: tool?.function.name ?? '', arguments: '{"justification":"yes"}' }] };
		});
		const odd = {
			name,
			description: 'Goes on.',
			parameters: { type: 'object', properties: { justification: { type: 'string' } } },
		};
		const answer = await call({ user: 'odd names', tools: [odd] });
		expect(answer.toolCalls).toMatchObject([{ name, arguments: { justification: 'yes' } }]);
	},

	async structured({ mock, call }) {
		answerStructured(mock, 'who is it', [{ name: 'Ada', age: 36 }]);
		const answer = await call({ user: 'who is it', output: PERSON });
		expect(answer.output).toEqual({ name: 'Ada', age: 36 });
		expect(answer.text).toBe('');
		expect(answer.failedParses).toEqual([]);
	},

	async structuredRetry({ mock, call }) {
		answerStructured(mock, 'who was it', [
			{ name: 'Ada', age: 'old' },
			{ name: 'Ada' },
			{ name: 'Ada', age: 36 },
		]);
		const answer = await call({ user: 'who was it', output: PERSON });
		expect(answer.output).toEqual({ name: 'Ada', age: 36 });
		expect(answer.failedParses.map(({ attempt }) => attempt)).toEqual([1, 2]);
		expect(answer.failedParses[0]?.message).toContain('/age');
		expect(answer.calls.map(({ won }) => won)).toEqual([false, false, true]);
		answerStructured(mock, 'who is never', [{}, {}, {}]);
		await expect(
			call({ user: 'who is never', output: PERSON, settings: { max_parse_retries: 1 } }),
		).rejects.toMatchObject({
			code: 'LLM_OUTPUT_UNPARSABLE',
			failedParses: [{ attempt: 1 }, { attempt: 2 }],
		});
	},

	async stop({ mock, call }) {
		mock.onMessage('a long story', { content: 'Once upon a', finishReason: 'length' });
		for (const onText of [undefined, () => undefined]) {
			expect(await call({ user: 'a long story', onText })).toMatchObject({
				text: 'Once upon a',
				finishReason: 'length',
			});
		}
	},

	async usage({ mock, call }) {
		mock.onMessage('count me', {
			content: 'Counted.',
			usage: {
				prompt_tokens: 11,
				completion_tokens: 5,
				input_tokens: 11,
				output_tokens: 5,
				promptTokenCount: 11,
				candidatesTokenCount: 5,
			},
		});
		for (const onText of [undefined, () => undefined]) {
			const { usage, calls } = await call({ user: 'count me', onText });
			expect(usage.totalTokens).toBe(usage.promptTokens + usage.completionTokens);
			expect(usage.estimated).toBe(false);
			expect(usage.completionTokens).toBeGreaterThan(0);
			expect(calls).toMatchObject([{ usage, won: true }]);
		}
	},

	async system({ mock, call, lastMessages }) {
		mock.on({ systemMessage: 'Speak like a nurse.' }, { content: 'Of course.' });
		const answer = await call({
			messages: [{ role: 'system', content: 'Speak like a nurse.' }, user('who are you')],
		});
		expect(answer.text).toBe('Of course.');
		expect(lastMessages().filter(({ role }) => role === 'system')).toHaveLength(1);
	},

	async histories({ mock, call, lastMessages }) {
		mock.on(
			{ predicate: (request) => JSON.stringify(request.messages).includes('zebra') },
			{ content: 'Understood.' },
		);
		const call1 = { id: 'call 1 / odd id', name: 'weather', arguments: {} };
		const histories: Record<string, ModelMessage[]> = {
			'assistant first': [{ role: 'assistant', content: 'zebra welcome', toolCalls: [] }, user('hello')],
			'two users in a row': [user('zebra one'), user('zebra two')],
			'assistant last': [user('zebra'), { role: 'assistant', content: 'internal memo', toolCalls: [] }],
			'nothing but an assistant': [{ role: 'assistant', content: 'zebra', toolCalls: [] }],
			'a blank user': [user('zebra'), { role: 'assistant', content: 'yes?', toolCalls: [] }, user('   ')],
			'a result without text': [
				user('zebra'),
				{ role: 'assistant', content: '', toolCalls: [call1] },
				{ role: 'tool', toolCallId: call1.id, toolName: 'weather', content: '' },
			],
			'a result without a call': [
				user('zebra'),
				{ role: 'tool', toolCallId: 'gone', toolName: 'weather', content: 'lost rain' },
			],
			'a call without a result': [
				user('zebra'),
				{ role: 'assistant', content: '', toolCalls: [call1] },
				user('and now?'),
			],
			'a result after other words': [
				user('zebra'),
				{ role: 'assistant', content: '', toolCalls: [call1] },
				user('hurry'),
				{ role: 'tool', toolCallId: call1.id, toolName: 'weather', content: 'late rain' },
			],
		};
		for (const [name, messages] of Object.entries(histories)) {
			const answer = await call({ messages: [{ role: 'system', content: 'S' }, ...messages] });
			expect({ name, text: answer.text }).toEqual({ name, text: 'Understood.' });
			const sent = JSON.stringify(lastMessages());
			for (const { content } of messages) if (content.trim() !== '') expect(sent).toContain(content);
		}
	},

	async unicode({ mock, call, lastMessages }) {
		const text = 'Grüße, 你好, नमस्ते, 👩‍⚕️🩺 — “quotes” \u{1F600}\n\ttab';
		mock.on(
			{ predicate: (request) => JSON.stringify(request.messages).includes('नमस्ते') },
			{ content: text },
			{ chunkSize: 1 },
		);
		const pieces: string[] = [];
		const answer = await call({ user: text, onText: (piece) => pieces.push(piece) });
		expect(answer.text).toBe(text);
		expect(pieces.join('')).toBe(text);
		expect(JSON.stringify(lastMessages())).toContain('👩‍⚕️🩺');
	},
};

export type FailureId = 'abort' | 'timeout' | 'retry' | 'refusal';

/** Answers structured questions one after the other, whichever way the adapter asks. */
function answerStructured(mock: LLMock, question: string, answers: JsonObject[]): void {
	let position = 0;
	mock.on({ predicate: (request) => JSON.stringify(request.messages).includes(question) }, (request) => {
		const text = JSON.stringify(answers[Math.min(position++, answers.length - 1)]);
		const tool = request.tools?.find((offered) => offered.function.name === 'give_structured_answer');
		return tool === undefined
			? { content: text }
			: { toolCalls: [{ name: tool.function.name, arguments: text }] };
	});
}
