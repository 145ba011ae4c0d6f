/** What a model call costs more through our OpenAI adapter than through the official library alone. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import type { LlmConfig } from '../../lib/graph/model.ts';
import type { ModelRequest } from '../../lib/llm/contract.ts';
import { loadGraph, MESSAGE, modelsRoom, REPLY } from '../ours.ts';
import { median, report, timed, type Reading } from '../subject.ts';

const WARM_UPS = 40;
const CALLS = 200;

const base = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-4o' };
const usage = { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 };
const whole = JSON.stringify({
	...base,
	object: 'chat.completion',
	choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: REPLY } }],
	usage,
});
const pieces = REPLY.match(/\S+\s*/g) ?? [];
const chunk = (fields: object) =>
	`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...fields })}\n\n`;
const stream = [
	...pieces.map((content) =>
		chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }),
	),
	chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
	chunk({ choices: [], usage }),
	'data: [DONE]\n\n',
].join('');

/** When the server last began to answer, and when our caller got the first piece of that answer. */
let answeredAt = 0;
let firstPieceAt: number | null = null;

const server = createServer((request, response) => {
	let body = '';
	request.on('data', (data: Buffer) => (body += data.toString()));
	request.on('end', () => {
		const streams = (JSON.parse(body) as { stream?: boolean }).stream === true;
		response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json');
		answeredAt = performance.now();
		response.end(streams ? stream : whole);
	});
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const library = new OpenAI({ apiKey: 'key', baseURL: baseUrl });
const models = modelsRoom().createModels({ credentials: () => ({ apiKey: 'key', baseUrl }) });
const system = 'You are the front desk of a clinic.';

function configOf(streaming: boolean): LlmConfig {
	const graph = loadGraph({
		workflow_config: {
			name: 'Adapter',
			llms_config: { type: 'openai_llm', model_name: 'gpt-4o', streaming, api_type: 'chat_completions' },
		},
		node_configs: [],
		edge_configs: [],
	});
	return graph.workflow_config.llms_config as LlmConfig;
}

async function callOfficial(streams: boolean): Promise<string> {
	const request = {
		model: 'gpt-4o',
		messages: [
			{ role: 'system' as const, content: system },
			{ role: 'user' as const, content: MESSAGE },
		],
	};
	if (!streams) return (await library.chat.completions.create(request)).choices[0]?.message.content ?? '';
	let text = '';
	const parts = await library.chat.completions.create({
		...request,
		stream: true,
		stream_options: { include_usage: true },
	});
	for await (const part of parts) text += part.choices[0]?.delta.content ?? '';
	return text;
}

async function callOurs(config: LlmConfig, streams: boolean): Promise<string> {
	const request: ModelRequest = {
		config,
		messages: [
			{ role: 'system', content: system },
			{ role: 'user', content: MESSAGE },
		],
		tools: [],
		signal: new AbortController().signal,
		...(streams ? { onText: () => void (firstPieceAt ??= performance.now()) } : {}),
	};
	const answer = await models.call(request);
	if (answer.wasStreamed !== streams) throw new Error(`The adapter streamed: ${answer.wasStreamed}`);
	return answer.text;
}

/** The two alternate, so that whatever else the machine does falls on both alike. */
async function compare(
	streams: boolean,
): Promise<{ officialMs: number; oursMs: number; firstPieceMs: number | null }> {
	const config = configOf(streams);
	const times = { official: [] as number[], ours: [] as number[], firstPiece: [] as number[] };
	const check = (text: string) => {
		if (text !== REPLY) throw new Error('The reply is not whole');
	};
	for (let call = 0; call < WARM_UPS + CALLS; call += 1) {
		const official = await timed(async () => check(await callOfficial(streams)));
		firstPieceAt = null;
		const ours = await timed(async () => check(await callOurs(config, streams)));
		if (call < WARM_UPS) continue;
		times.official.push(official.wallUs);
		times.ours.push(ours.wallUs);
		if (firstPieceAt !== null) times.firstPiece.push(firstPieceAt - answeredAt);
	}
	return {
		officialMs: median(times.official) / 1000,
		oursMs: median(times.ours) / 1000,
		firstPieceMs: times.firstPiece.length === 0 ? null : median(times.firstPiece),
	};
}

await report(async () => {
	const reading: Reading = {};
	for (const streams of [false, true]) {
		const name = streams ? 'streaming' : 'whole';
		const { officialMs, oursMs, firstPieceMs } = await compare(streams);
		reading[`adapter.official.${name}`] = officialMs;
		reading[`adapter.ours.${name}`] = oursMs;
		reading[`adapter.added.${name}`] = oursMs - officialMs;
		if (firstPieceMs !== null) reading['adapter.firstPiece'] = firstPieceMs;
	}
	server.close();
	server.closeAllConnections();
	return reading;
});
