/** What the caller hears and the graph's owner learns when a vendor fails, refuses or breaks off, through the real SDKs. */

import type http from 'node:http';
import type { JsonObject } from '../../lib/json';
import { createModels } from '../../lib/llm/models';
import { credentialFor } from '../llm/address';
import { createHurryingClock } from '../llm/clock';
import { closeServers, send, serve } from '../llm/http';
import { graphOf, say, start } from './graphs';
import { createWorld } from './world';

afterEach(closeServers);

type Reply = (response: http.ServerResponse) => void;

const OPENAI = { type: 'openai_llm', model: 'gpt-4.1' };
const CLAUDE = { type: 'anthropic_llm', model: 'claude-sonnet-4-6' };
const GEMINI = { type: 'google_llm', model: 'gemini-2.5-flash' };
const BEDROCK = { type: 'bedrock_llm', model: 'zai.glm-5' };
const AZURE = { type: 'azure_openai_llm', model: 'gpt-5-mini' };

const whole =
	(body: JsonObject, status = 200, headers: http.OutgoingHttpHeaders = {}): Reply =>
	(response) => {
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
		send(response, status, body);
	};
const raw =
	(text: string, type: string, status = 200): Reply =>
	(response) => {
		response.writeHead(status, { 'content-type': type });
		response.end(text);
	};
const chat = (message: JsonObject, finish: string) =>
	whole({ model: 'm', choices: [{ index: 0, message, finish_reason: finish }] });
const claude = (text: string, reason: string) =>
	whole({
		type: 'message',
		model: 'm',
		content: text === '' ? [] : [{ type: 'text', text }],
		stop_reason: reason,
	});
const gemini = (reason: string) => whole({ candidates: [{ content: { parts: [] }, finishReason: reason }] });
const piece = (content: string) =>
	`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const SSE = 'text/event-stream';

async function converse(llm: JsonObject, reply: Reply) {
	const { url, origin, seen } = await serve((_seen, response) => reply(response));
	const clock = createHurryingClock();
	const world = createWorld({
		graph: graphOf([say('A', true, true, { ...start, default_error_message: 'Sorry.' })], [], {
			llms_config: llm,
		}),
	});
	const credential = credentialFor(llm.type === 'openai_llm' ? url : origin);
	Object.assign(world.ports, { models: createModels({ clock, credentials: () => credential }) });
	const done = await world.start('Hello').catch((error: unknown) => error as Error);
	return { world, done, attempts: seen.length, waits: clock.slept };
}

describe('answers without words', () => {
	it.each<[string, JsonObject, Reply, RegExp]>([
		['OpenAI filters', OPENAI, chat({ content: '' }, 'content_filter'), /refused or filtered/],
		['Claude refuses', CLAUDE, claude('', 'refusal'), /refused or filtered/],
		['Gemini stops for safety', GEMINI, gemini('SAFETY'), /refused or filtered/],
		[
			'Gemini blocks the prompt',
			GEMINI,
			whole({ promptFeedback: { blockReason: 'SAFETY' } }),
			/refused or filtered/,
		],
		[
			'a guardrail of Bedrock intervenes',
			BEDROCK,
			whole({ output: { message: { role: 'assistant', content: [] } }, stopReason: 'guardrail_intervened' }),
			/refused or filtered/,
		],
		['all tokens went into thought', AZURE, chat({ content: '' }, 'length'), /raise max_tokens/],
		['Claude’s window is full', CLAUDE, claude('', 'model_context_window_exceeded'), /raise max_tokens/],
		['nothing at all', OPENAI, chat({ content: ' ' }, 'stop'), /returned no text\.$/],
	])('R7.4.6: %s: nothing is said, once, and the warning tells why', async (_title, llm, reply, reason) => {
		const { world, attempts } = await converse(llm, reply);
		expect(world.spoken()).toEqual([]);
		expect(world.warnings()).toEqual([expect.stringMatching(reason)]);
		expect(attempts).toBe(1);
		expect(world.state.status).toBe('waiting_for_user_input');
	});

	it.each<[string, JsonObject, Reply, string]>([
		['a refusal in words', OPENAI, chat({ content: null, refusal: 'I cannot.' }, 'stop'), 'I cannot.'],
		['a cut answer', CLAUDE, claude('Half an answ', 'max_tokens'), 'Half an answ'],
	])('%s is said as it came', async (_title, llm, reply, text) => {
		const { world } = await converse(llm, reply);
		expect(world.spoken()).toEqual([text]);
		expect(world.warnings()).toEqual([]);
	});
});

describe('failures', () => {
	it.each<[string, JsonObject, Reply, RegExp]>([
		[
			'OpenAI asks for patience',
			OPENAI,
			whole({ error: { message: 'slow' } }, 429, { 'retry-after': '2' }),
			/slow down/,
		],
		[
			'Claude is overloaded',
			CLAUDE,
			whole({ error: { type: 'overloaded_error', message: 'Overloaded' } }, 529),
			/Overloaded/,
		],
		['a gateway answers HTML', OPENAI, raw('<html>oops</html>', 'text/html', 500), /failed/],
		['no choices', OPENAI, whole({ model: 'm', choices: [] }), /no choice/],
		['no candidates', GEMINI, whole({}), /no candidate/],
		['a page instead of an answer', OPENAI, raw('<html>', 'text/html'), /not JSON/],
		['null instead of an answer', CLAUDE, raw('null', 'application/json'), /no content/],
		['a stream of half an answer', { ...OPENAI, streaming: true }, raw(piece('Half. And'), SSE), /broke off/],
		[
			'a stream of nonsense',
			{ ...OPENAI, streaming: true },
			raw(`${piece('Half.')}data: {no\n\n`, SSE),
			/not JSON/,
		],
		['a stream of nothing', { ...CLAUDE, streaming: true }, raw('', SSE), /broke off/],
	])('R2.49, R8.18: %s: three more tries, then the apology alone', async (_title, llm, reply, reason) => {
		const { world, attempts, waits } = await converse(llm, reply);
		expect(world.spoken()).toEqual(['Sorry.']);
		expect(world.warnings()).toEqual([expect.stringMatching(reason)]);
		expect(attempts).toBe(4);
		expect(waits).toHaveLength(3);
		expect(world.state.status).toBe('waiting_for_user_input');
	});

	it.each<[string, JsonObject, Reply]>([
		[
			'the context is too long for OpenAI',
			OPENAI,
			whole({ error: { message: 'maximum context length is 8', code: 'context_length_exceeded' } }, 400),
		],
		[
			'the context is too long for Gemini',
			GEMINI,
			whole({ error: { code: 400, message: 'too many tokens' } }, 400),
		],
		[
			'Azure’s policy',
			AZURE,
			whole({ error: { message: 'content management policy', code: 'content_filter' } }, 400),
		],
	])('R2.49: %s: one try, then the apology', async (_title, llm, reply) => {
		const { world, attempts } = await converse(llm, reply);
		expect(world.spoken()).toEqual(['Sorry.']);
		expect(world.warnings()).toEqual([expect.stringMatching(/refused the request/)]);
		expect(attempts).toBe(1);
	});

	it('a refused key is a fault of the installation: the turn ends with it, and the caller hears nothing', async () => {
		const { world, done, attempts } = await converse(CLAUDE, whole({ error: { message: 'bad key' } }, 401));
		expect(done).toMatchObject({ code: 'LLM_KEY_REFUSED' });
		expect(world.spoken()).toEqual([]);
		expect(attempts).toBe(1);
	});
});
