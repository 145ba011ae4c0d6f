/** Secrets reach outbound calls and nothing else: no event, no state, no snapshot, no log line, no prompt (4.4). */

import fc from 'fast-check';
import { EffectError, ProviderError } from '../../lib/errors';
import { encodeEvents, saveState } from '../../lib/engine/engine';
import type { Http, HttpRequest } from '../../lib/http';
import type { JsonObject } from '../../lib/json';
import type { Log } from '../../lib/log';
import { createTools } from '../../lib/tool/registry';
import { direct, expression, fork, freeform, graphOf, line, say, start, worker } from './graphs';
import { createWorld, type World } from './world';

const MASK = '**********';

/** Everything of a run that anybody could ever read, as one text. */
function everything(world: World, lines: readonly string[]): string {
	return [
		encodeEvents(world.log, world.graph),
		saveState(world.state),
		JSON.stringify(world.wire),
		...lines,
	].join('\n');
}

const api: JsonObject = {
	type: 'external_api',
	logical_id: 't',
	name: 'look',
	description: 'look',
	api_endpoint: 'https://{{host}}.example/v1?key={{token}}',
	api_method: 'GET',
	api_headers: { Authorization: 'Bearer {{token}}' },
	args_schema: { type: 'object', properties: { id: { type: 'string' } } },
};

/** A run in which a secret stands at every place an author can write one. */
function everywhere(): JsonObject {
	return graphOf(
		[
			{
				type: 'http_request',
				logical_id: 'H',
				name: 'H',
				...start,
				method: 'POST',
				url: 'https://api.example/{{token}}',
				headers: { 'X-Key': '{{token}}' },
				query_parameters: '{"key": "{{token}}"}',
				body_parameters: '{"key": "{{token}}"}',
			},
			{
				type: 'tool_node',
				logical_id: 'T',
				name: 'T',
				tool_config: api,
				tool_arguments: { id: '{{token}}' },
			},
			{
				type: 'send_sms',
				logical_id: 'M',
				name: 'M',
				destination_phone_number: '+14155550100',
				message: 'code {{token}}',
			},
			line('L', 'line {{token}}'),
			worker('W', false, false, { main_response_config: { prompt: 'work {{token}}' } }),
			say('A', true, false, {
				main_response_config: { prompt: 'serve {{token}}' },
				tools_config: { tools: [api] },
			}),
			line('B', 'gone {{token}} {{global.token}}'),
			{ type: 'end_conversation', logical_id: 'E', name: 'E', process_transcript_prompt: 'sum up {{token}}' },
		],
		[
			direct('H', 'T'),
			fork('H', 'L', 'x'),
			direct('T', 'M'),
			direct('M', 'W'),
			direct('W', 'A'),
			expression('A', 'B', "{{token}} == 'nothing'"),
			freeform('A', 'B', 'holds {{token}}', {
				condition: {
					condition_freeform: 'holds {{token}}',
					static_messages_config: { static_messages: ['edge {{token}}'] },
				},
			}),
			direct('B', 'E'),
		],
		{ miscellaneous: { debug_mode: 'true', default_dynamic_variables: { host: 'api' } } },
	);
}

interface Sent {
	world: World;
	requests: HttpRequest[];
	lines: string[];
}

async function run(
	secret: string,
	answer: (request: HttpRequest) => ReturnType<Http['send']>,
): Promise<Sent> {
	const requests: HttpRequest[] = [];
	const lines: string[] = [];
	const note = (message: string, details?: object) =>
		void lines.push(`${message} ${JSON.stringify(details ?? {})}`);
	const log: Log = { debug: note, warn: note, error: note };
	const http: Http = {
		send: (request) => {
			requests.push(request);
			return answer(request);
		},
	};
	const world = createWorld({
		graph: everywhere(),
		http,
		tools: createTools({ http }),
		surroundings: { secrets: { token: secret } },
		script: (request) => {
			if (request.tools.some((tool) => tool.name === 'look'))
				return { tools: [{ name: 'look', arguments: { id: 'x' } }] };
			return request.tools.length > 0 ? { text: 'on we go', pick: 'B' } : { text: 'fine' };
		},
	});
	world.ports.log = log;
	world.clock.jumps = true;
	await world.start('hello');
	return { world, requests, lines };
}

const empty = () =>
	Promise.resolve({ status: 200, headers: {}, body: new TextEncoder().encode('{"ok": true}') });
/** An error as a careless client would word it. */
const telling = (request: HttpRequest) =>
	Promise.reject(
		new EffectError('HTTP_FAILED', `GET ${request.url} failed: ${JSON.stringify(request.headers)}`),
	);

/** Secrets that are no part of anything else the run writes. */
const secrets = fc
	.string({ minLength: 10, maxLength: 24, unit: 'grapheme-ascii' })
	.map((text) => `Zq${text.replace(/[{}[\]|\\\s]/g, 'k')}9`);

describe('secrets', () => {
	test('R4.25, R4.27: whatever the secret, it leaves in outbound fields and stands nowhere else', async () => {
		await fc.assert(
			fc.asyncProperty(secrets, async (secret) => {
				const { world, requests, lines } = await run(secret, empty);
				expect([world.state.status, world.state.errorMessage]).toEqual(['completed', null]);
				expect(
					requests.map((request) => request.headers['X-Key'] ?? request.headers['Authorization']),
				).toEqual([secret, `Bearer ${secret}`, `Bearer ${secret}`]);
				expect(everything(world, lines)).not.toContain(secret);
				expect(everything(world, lines)).not.toContain(JSON.stringify(secret).slice(1, -1));
				expect(JSON.stringify(world.requests)).not.toContain(JSON.stringify(secret).slice(1, -1));
			}),
			{ numRuns: 40 },
		);
	});

	test('R4.28: an error that tells what was sent is masked before it is kept', async () => {
		const { world, requests, lines } = await run('tok-0123456789', telling);
		expect(requests.length).toBeGreaterThan(2);
		const text = everything(world, lines);
		expect(text).not.toContain('tok-0123456789');
		expect(text).toContain(MASK);
	});

	test('R4.28: what a model provider tells of a refused request is masked before it is kept', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start)]),
			surroundings: { secrets: { token: 'tok-0123456789' } },
			script: () => ({
				fail: new ProviderError('LLM_REQUEST_REFUSED', 'refused: Bearer tok-0123456789', {
					advice: 'Do not send tok-0123456789.',
				}),
			}),
		});
		world.clock.jumps = true;
		await world.start('hello');
		expect(world.log.filter(({ type }) => type === 'modelFailed')).toContainEqual(
			expect.objectContaining({ message: `refused: Bearer ${MASK}`, advice: `Do not send ${MASK}.` }),
		);
		expect(everything(world, [])).not.toContain('tok-0123456789');
	});

	test('R4.28: a fault that nobody foresaw ends the run, and its text is masked', async () => {
		const careless = (request: HttpRequest) => Promise.reject(new TypeError(`Invalid URL: ${request.url}`));
		const { world, lines } = await run('tok-0123456789', careless);
		expect(world.state.status).toBe('failed');
		expect(world.state.errorMessage).toContain(`Invalid URL: https://api.example/${MASK}`);
		expect(everything(world, lines)).not.toContain('tok-0123456789');
	});

	test('R4.26, R4.27: prompts, messages and conditions show the mask', async () => {
		const { world } = await run('tok-0123456789', empty);
		expect(world.spoken()).toEqual(
			expect.arrayContaining([`line ${MASK}`, `edge ${MASK}`, `gone ${MASK} ${MASK}`]),
		);
		const prompts = world.requests.map((request) => request.messages[0]?.content ?? '');
		expect(prompts.some((prompt) => prompt.includes(`work ${MASK}`))).toBe(true);
		expect(prompts.some((prompt) => prompt.includes(`serve ${MASK}`))).toBe(true);
		expect(
			world.requests
				.flatMap((request) => request.tools.map((tool) => tool.description))
				.some((text) => text.includes(`holds ${MASK}`)),
		).toBe(true);
	});

	test('R4.28: results are stored as they came, and shown with the echo masked', async () => {
		const echo = (request: HttpRequest) =>
			Promise.resolve({
				status: 200,
				headers: {},
				body: new TextEncoder().encode(JSON.stringify({ url: request.url })),
			});
		const { world } = await run('tok-0123456789', echo);
		const shown = world.wire.find((event) => event.type === 'http_request');
		expect(JSON.stringify(shown)).not.toContain('tok-0123456789');
		expect(JSON.stringify(world.state.threads['0']?.variables['http_request_result'])).toContain(
			'tok-0123456789',
		);
	});

	test('R4.25: a later turn does not know a secret that was taken back', async () => {
		const world = createWorld({
			graph: graphOf([say('A', true, true, start), line('B', '{{token}}')], [expression('A', 'B', '1 == 1')]),
			surroundings: { secrets: { token: 'tok-0123456789' } },
		});
		await world.start();
		world.surroundings.secrets = {};
		await world.say('go');
		expect(world.spoken().at(-1)).toBe('{{token}}');
	});
});
