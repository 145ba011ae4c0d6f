/** A model server that refuses what the vendors refuse, in all their protocols, on one loopback port. */

import http from 'node:http';
import { isJsonObject, type JsonObject } from '../../lib/json';
import { askedOf, type Asked } from './strict-asked';
import { refusalOfAnthropic } from './strict-anthropic';
import { refusalOfBedrock } from './strict-bedrock';
import { refusalOfGoogle } from './strict-google';
import { isRemoved, refusalOfChat, refusalOfResponse } from './strict-openai';
import {
	answerAnthropic,
	answerBedrock,
	answerChat,
	answerGoogle,
	answerResponses,
	type Answer,
} from './strict-replies';

export interface StrictServer {
	url: string;
	/** Every request since the last `clear`: its path, its body, and the sentence it was refused with. */
	requests: Array<{ path: string; body: JsonObject; refusal: string | null }>;
	clear(): void;
	close(): Promise<void>;
}

/** What the server gives for every structured answer; fits the matrix's schema. */
export const STRUCTURED_ANSWER = '{"name":"Ada"}';

interface Route {
	path: RegExp;
	refusal(model: string, body: JsonObject): string | null;
	/** The tool the request forces, or null. */
	forced(body: JsonObject): string | null;
	wantsJson(body: JsonObject): boolean;
	answer(response: http.ServerResponse, answer: Answer, stream: boolean): void;
	fault(message: string): JsonObject;
	isStream(body: JsonObject, path: string): boolean;
}

const inner = (value: unknown, ...keys: string[]): unknown =>
	keys.reduce<unknown>((current, key) => (isJsonObject(current) ? current[key] : undefined), value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const openAiFault = (message: string): JsonObject => ({
	error: { message, type: 'invalid_request_error', param: null, code: null },
});
const saysStream = (body: JsonObject) => body.stream === true;

const CHAT: Omit<Route, 'path'> = {
	refusal: (_model, body) => refusalOfChat(body),
	forced: (body) => textOrNull(inner(body.tool_choice, 'function', 'name')),
	wantsJson: (body) => body.response_format !== undefined,
	answer: answerChat,
	fault: openAiFault,
	isStream: saysStream,
};

const ANTHROPIC: Omit<Route, 'path'> = {
	refusal: (_model, body) => refusalOfAnthropic(body),
	forced: (body) => textOrNull(inner(body.tool_choice, 'name')),
	wantsJson: (body) => inner(body.output_config, 'format') !== undefined,
	answer: answerAnthropic,
	fault: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
	isStream: saysStream,
};

const GOOGLE: Omit<Route, 'path'> = {
	refusal: refusalOfGoogle,
	forced: (body) => {
		const names = inner(body.toolConfig, 'functionCallingConfig', 'allowedFunctionNames');
		return Array.isArray(names) ? String(names[0]) : null;
	},
	wantsJson: (body) => inner(body.generationConfig, 'responseMimeType') === 'application/json',
	answer: answerGoogle,
	fault: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
	isStream: (_body, path) => path.includes(':stream'),
};

const ROUTES: Route[] = [
	{
		...CHAT,
		path: /^\/(?:v1|openai\/deployments\/[^/]+|v1\/projects\/.*\/endpoints\/openapi)\/chat\/completions$/,
	},
	{
		path: /^\/v1\/responses$/,
		refusal: (_model, body) => refusalOfResponse(body),
		forced: (body) => textOrNull(inner(body.tool_choice, 'name')),
		wantsJson: (body) => inner(body.text, 'format') !== undefined,
		answer: answerResponses,
		fault: openAiFault,
		isStream: saysStream,
	},
	{ ...ANTHROPIC, path: /^\/v1\/messages$/ },
	{ ...ANTHROPIC, path: /\/publishers\/anthropic\/models\/([^:]+):(?:streamRawP|rawP)redict$/ },
	{ ...GOOGLE, path: /\/models\/([^:]+):(?:generateContent|streamGenerateContent)$/ },
	{
		path: /^\/model\/([^/]+)\/converse$/,
		refusal: refusalOfBedrock,
		forced: (body) => {
			const named = textOrNull(inner(body.toolConfig, 'toolChoice', 'tool', 'name'));
			const asked = JSON.stringify(body.system ?? []).includes('give_structured_answer');
			return named ?? (asked ? 'give_structured_answer' : null);
		},
		wantsJson: () => false,
		answer: answerBedrock,
		fault: (message) => ({ message }),
		isStream: () => false,
	},
];

/** What a stand-in answers; null leaves it to the server's plain answers. */
export type Think = (asked: Asked) => Pick<Answer, 'text' | 'calls'> | null;

export async function openStrictServer(think: Think = () => null): Promise<StrictServer> {
	const requests: StrictServer['requests'] = [];
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
			const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as JsonObject;
			requests.push({ path, body, refusal: serve({ path, body, response, think }) });
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		requests,
		clear: () => void requests.splice(0),
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}

/** Every vendor's parser: half a surrogate pair makes the whole body unreadable. */
function refusalOfText(body: JsonObject): string | null {
	return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(body))
		? 'The request body is not valid JSON: no low surrogate in string'
		: null;
}

interface Visit {
	path: string;
	body: JsonObject;
	response: http.ServerResponse;
	think: Think;
}

function serve({ path, body, response, think }: Visit): string | null {
	const refuse = (status: number, content: JsonObject, sentence: string) => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(content));
		return sentence;
	};
	const route = ROUTES.find((candidate) => candidate.path.test(path));
	if (route === undefined) return refuse(404, openAiFault(`Unknown path ${path}`), `unknown path ${path}`);
	const model = textOrNull(body.model) ?? route.path.exec(path)?.[1] ?? 'none';
	if (isRemoved(model))
		return refuse(404, openAiFault(`The model \`${model}\` does not exist`), 'removed model');
	const refusal = refusalOfText(body) ?? route.refusal(model, body);
	if (refusal !== null) return refuse(400, route.fault(refusal), refusal);
	const forced = route.forced(body);
	const plain: Answer = {
		model,
		text: forced !== null ? '' : route.wantsJson(body) ? STRUCTURED_ANSWER : 'Fine.',
		calls: forced === null ? [] : [{ name: forced, arguments: STRUCTURED_ANSWER }],
	};
	const answer: Answer = { ...plain, ...think(askedOf(body, forced)) };
	route.answer(response, answer, route.isStream(body, path));
	return null;
}
