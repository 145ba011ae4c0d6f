/** Conversations for people: what the assistant says as it is said, a prompt for the answer, a few slash commands. */

import { codeOf } from '../errors';
import type { WireEvent } from '../engine/contract';
import { isJsonObject } from '../json';
import type { TurnResult } from '../run/contract';
import type { Turn } from './chat-turns';
import type { Conversation } from './conversation';
import { errorText } from './error-text';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/** How often background work is moved on while the person thinks, in milliseconds. */
const PUMP_EVERY_MS = 1000;

const HELP = `  /pump        move background work on    /pause  /resume  /stop
  /variables   what the graph has noted   /path   nodes of the last turn
  /quit        leave the conversation     //text  send a text that begins with /
`;

interface TalkRequest {
	terminal: Terminal;
	conversation: Conversation;
	/** Show each hop from node to node. */
	isTraced: boolean;
}

/** Plays a script and shows it as a conversation. */
export async function play(request: TalkRequest, turns: readonly Turn[]): Promise<ExitCode> {
	let isFine = true;
	for (const turn of turns) {
		if (typeof turn.message === 'string') request.terminal.out(`you> ${turn.message}\n`);
		isFine = (await takeTurn(request, turn)) && isFine;
	}
	return isFine ? EXIT_CODES.fine : EXIT_CODES.found;
}

/** Talks until the conversation or the input ends; fine when the last turn was. */
export async function talk(request: TalkRequest): Promise<ExitCode> {
	const { terminal, conversation } = request;
	let isFine = conversation.runId !== null || (await takeTurn(request, { message: null }));
	const lines = terminal.lines('you> ')[Symbol.asyncIterator]();
	let pending = lines.next();
	while (conversation.latest?.isCompleted !== true) {
		const line = await nextLine(request, pending);
		if (line === undefined) continue;
		if (line === null || line.trim() === '/quit') break;
		const turn = await readLine(request, line);
		if (turn !== null) isFine = await takeTurn(request, turn);
		pending = lines.next();
	}
	const { latest } = conversation;
	if (latest?.isCompleted === true) terminal.err(`(the conversation is over: ${latest.status})\n`);
	await lines.return?.();
	return isFine ? EXIT_CODES.fine : EXIT_CODES.found;
}

/** The line, null at the end of the input, or undefined when background work was moved on instead. */
async function nextLine(
	request: TalkRequest,
	pending: Promise<IteratorResult<string>>,
): Promise<string | null | undefined> {
	const { terminal, conversation } = request;
	const isPumping = terminal.isInteractive && conversation.latest?.hasBackgroundWork === true;
	const waiting = new AbortController();
	const pause = isPumping ? terminal.clock.sleep(PUMP_EVERY_MS, waiting.signal).then(() => null) : pending;
	const first = await Promise.race([pending, pause]);
	if (first === null) {
		await takeTurn(request, { message: null, command: 'pump' });
		return undefined;
	}
	if (isPumping) {
		pause.catch(() => undefined);
		waiting.abort();
	}
	return first.done === true ? null : first.value;
}

/** What a line asks for: a turn, or nothing more when a slash command answered it. */
async function readLine({ terminal, conversation }: TalkRequest, line: string): Promise<Turn | null> {
	const text = line.trim();
	if (text === '') return null;
	if (text.startsWith('//')) return { message: line.replace('/', '') };
	if (!text.startsWith('/')) return { message: line };
	const { latest } = conversation;
	switch (text) {
		case '/pump':
		case '/pause':
		case '/resume':
		case '/stop':
			return { message: null, command: text.slice(1) as 'pump' };
		case '/variables':
			terminal.err(`${JSON.stringify(latest?.variables ?? {}, null, 2)}\n`);
			return null;
		case '/path':
			terminal.err(
				`  ${(latest?.path ?? []).map(({ nodeName, nodeId }) => nodeName ?? nodeId).join(' → ')}\n`,
			);
			return null;
		default:
			terminal.err(HELP);
			return null;
	}
}

/** True when the turn was taken and nothing failed. */
async function takeTurn(request: TalkRequest, turn: Turn): Promise<boolean> {
	const { terminal, conversation } = request;
	try {
		const { error, status } = await conversation.take(turn, (event) => showEvent(request, event));
		if (error !== null) terminal.err(failureText(error));
		return error === null && status !== 'failed' && status !== 'aborted_looping_risk';
	} catch (error) {
		terminal.err(errorText(error) + keyHint(codeOf(error)));
		return false;
	}
}

const KEY_CODES = new Set(['LLM_CREDENTIAL_MISSING', 'LLM_NOT_CONFIGURED']);

/** Where keys come from is known only here. */
function keyHint(code: string): string {
	if (!KEY_CODES.has(code)) return '';
	return '  → Here keys come from the environment; "interactly chat --help" names the variables.\n';
}

function failureText({ code, message, advice }: NonNullable<TurnResult['error']>): string {
	return `${code}: ${message}\n${advice === null ? '' : `  → ${advice}\n`}${keyHint(code)}`;
}

function showEvent({ terminal, isTraced }: TalkRequest, event: WireEvent): void {
	if (event.type === 'assistant_response') terminal.out(`bot> ${String(event.content)}\n`);
	else if (event.type === 'workflow_warning') terminal.err(`(warning: ${String(event.warning_message)})\n`);
	else if (isTraced && event.type === 'workflow_navigation_message')
		terminal.err(`     (${navigationText(event)})\n`);
}

function navigationText({ message }: WireEvent): string {
	return isJsonObject(message) ? String(message.content) : '';
}
