/** Conversations for people: what the assistant says as it is said, a prompt for the answer, a few slash commands. */

import { codeOf } from '../errors';
import type { WireEvent } from '../engine/contract';
import { isJsonObject } from '../json';
import type { TurnResult } from '../run/contract';
import { pauseBeforePump } from '../run/pump-loop';
import type { Turn } from './chat-turns';
import type { Conversation } from './conversation';
import { errorText, keyHint } from './error-text';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/** Shortest pause between two moves of background work while the person thinks, in milliseconds. */
const PUMP_EVERY_MS = 1000;

const PROMPT = 'you> ';

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
export async function perform(request: TalkRequest, turns: readonly Turn[]): Promise<ExitCode> {
	let isFine = true;
	for (const turn of turns) {
		if (request.conversation.isInterrupted) break;
		if (typeof turn.message === 'string') request.terminal.out(`you> ${turn.message}\n`);
		isFine = (await takeTurn(request, turn)) && isFine;
	}
	return isFine ? EXIT_CODES.fine : EXIT_CODES.found;
}

/** Talks until the conversation or the input ends; fine when the last turn was. */
export async function talk(request: TalkRequest): Promise<ExitCode> {
	const { terminal, conversation } = request;
	// A run that goes on is pumped first: it says what an interruption cut off, and where it stands.
	const isContinued = conversation.runId !== null;
	let isFine = await takeTurn(request, { message: null, command: isContinued ? 'pump' : 'start' });
	const lines = terminal.lines({ prompt: PROMPT, signal: conversation.interruption });
	while (conversation.standing?.isCompleted !== true && !conversation.isInterrupted) {
		const line = await nextLine(request, lines.next());
		if (line === null || line.trim() === '/quit') break;
		const turn = readLine(request, line);
		if (turn !== null) isFine = await takeTurn(request, turn);
	}
	lines.close();
	const { standing } = conversation;
	if (standing?.isCompleted === true) terminal.err(`(the conversation is over: ${standing.status})\n`);
	return isFine ? EXIT_CODES.fine : EXIT_CODES.found;
}

/** The line that is waited for, background work being moved on meanwhile; null at the end of input or run. */
async function nextLine(request: TalkRequest, pending: Promise<string | null>): Promise<string | null> {
	const { terminal, conversation } = request;
	let line: string | null | undefined;
	const arrived = pending.then((text) => (line = text));
	while (line === undefined && terminal.isInteractive && conversation.latest?.hasBackgroundWork === true) {
		const waiting = new AbortController();
		const pauseMs = pauseBeforePump(conversation.latest, {
			nowMs: terminal.clock.now(),
			everyMs: PUMP_EVERY_MS,
		});
		if (pauseMs === null) break;
		const pause = terminal.clock.sleep(pauseMs, waiting.signal).catch(() => undefined);
		await Promise.race([arrived, pause]);
		waiting.abort();
		if (line === undefined) await takeTurn(request, { message: null, command: 'pump' });
		if (conversation.standing?.isCompleted === true || conversation.isInterrupted) return null;
	}
	return await arrived;
}

/** What a line asks for: a turn, or nothing more when a slash command answered it. */
function readLine({ terminal, conversation }: TalkRequest, line: string): Turn | null {
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
		const isAside = turn.command === 'pump' && terminal.isInteractive;
		const told: unknown[] = [];
		const { error, status, warnings, modelFailures } = await conversation.take(turn, (event) => {
			if (event.type === 'workflow_warning') told.push(event.warning_message);
			showEvent(request, event, isAside);
		});
		// Why a model gave no answer is no event of its own.
		for (const warning of warnings.filter((text) => !told.includes(text))) {
			terminal.err(`(warning: ${warning})\n`);
		}
		for (const advice of new Set(modelFailures.map((failure) => failure.advice ?? ''))) {
			if (advice !== '') terminal.err(`  → ${advice}\n`);
		}
		if (error !== null) terminal.err(failureText(error));
		return error === null && status !== 'failed' && status !== 'aborted_looping_risk';
	} catch (error) {
		terminal.err(errorText(error) + hintLine(codeOf(error)));
		return false;
	}
}

/** The hint of `keyHint` on a line of its own. */
function hintLine(code: string): string {
	const hint = keyHint(code);
	return hint === '' ? '' : `  → ${hint}\n`;
}

function failureText({ code, message, advice }: NonNullable<TurnResult['error']>): string {
	return `${code}: ${message}\n${advice === null ? '' : `  → ${advice}\n`}${hintLine(code)}`;
}

/** @param isAside Said while the person types: on a line of its own, and the prompt again below it. */
function showEvent({ terminal, isTraced }: TalkRequest, event: WireEvent, isAside: boolean): void {
	const said = `${speakerOf(event)}> ${String(event.content)}\n`;
	if (event.type === 'assistant_response') terminal.out(isAside ? `\n${said}${PROMPT}` : said);
	else if (event.type === 'workflow_warning') terminal.err(`(warning: ${String(event.warning_message)})\n`);
	else if (isTraced && event.type === 'workflow_navigation_message')
		terminal.err(`     ${navigationText(event)}\n`);
}

/** What a companion thread says is no part of the talk, and is told by its name (R5.5). */
function speakerOf({ thread_reference_id: thread }: WireEvent): string {
	return typeof thread === 'string' && thread !== '0' ? `bot, beside (${thread})` : 'bot';
}

/** `Greeting → Triage (conditional: Done)`. */
function navigationText({ message }: WireEvent): string {
	const hop =
		isJsonObject(message) && isJsonObject(message.response_metadata) ? message.response_metadata : {};
	const end = (which: string) => String(hop[`${which}_node_name`] ?? hop[`${which}_node_id`] ?? '?');
	const edge = [hop.edge_type, hop.edge_name].filter((word) => typeof word === 'string' && word !== '');
	return `${end('source')} → ${end('destination')}${edge.length === 0 ? '' : ` (${edge.join(': ')})`}`;
}
