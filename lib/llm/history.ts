/** Puts a conversation into an order every provider accepts, without losing words. */

import { legalCallId } from './names';
import type { ModelMessage, ToolCall } from './contract';

/** What stands in for words that are not there; vendors refuse empty contents and lonely turns. */
export const STAND_INS = {
	emptyUser: '(The user sent an empty message.)',
	opening: '(The conversation begins.)',
	goOn: '(Go on with your next reply.)',
	emptyResult: '(The tool returned nothing.)',
	lostResult: '(No result of this call was recorded.)',
	lostCall: (toolName: string) => `(Earlier result of the tool ${toolName}:)`,
};

export interface HistoryRules {
	/** User and assistant take turns, the user first; neighbors of one role are joined. */
	alternates: boolean;
	/** The last message must not be the assistant's. */
	endsWithUser: boolean;
	/** Messages without text are refused. */
	refusesEmpty: boolean;
}

type Turn = Exclude<ModelMessage, { role: 'system' }>;

export interface OrderedHistory {
	/** All system texts, joined by a blank line; null when there is none. */
	system: string | null;
	/**
	 * Every assistant message with calls is followed at once by exactly one result per call, in the
	 * order of the calls; call ids are legal and occur once.
	 */
	turns: Turn[];
}

/** Orders `messages` by the provider's rules; the input is not changed. */
export function orderHistory(messages: readonly ModelMessage[], rules: HistoryRules): OrderedHistory {
	const system = messages
		.filter((message) => message.role === 'system')
		.map((message) => message.content)
		.filter((content) => content.trim() !== '')
		.join('\n\n');
	let turns = pairToolResults(messages.filter((message): message is Turn => message.role !== 'system'));
	turns = turns.filter(
		(turn) => turn.role !== 'assistant' || turn.toolCalls.length > 0 || turn.content.trim() !== '',
	);
	if (rules.refusesEmpty) turns = turns.map(fillEmpty);
	if (rules.alternates) {
		turns = joinNeighbors(turns);
		if (turns[0]?.role !== 'user') turns = [{ role: 'user', content: STAND_INS.opening }, ...turns];
	}
	if (turns.length === 0) turns = [{ role: 'user', content: STAND_INS.opening }];
	if (rules.endsWithUser && turns[turns.length - 1]?.role === 'assistant') {
		turns = [...turns, { role: 'user', content: STAND_INS.goOn }];
	}
	return { system: system === '' ? null : system, turns };
}

/** Moves each result behind its call, invents missing ones, turns results without a call into words. */
function pairToolResults(turns: readonly Turn[]): Turn[] {
	const used = new Set<number>();
	const seenIds = new Set<string>();
	const result: Turn[] = [];
	turns.forEach((turn, index) => {
		if (turn.role === 'tool') {
			if (!used.has(index)) result.push({ role: 'user', content: wordsOfLostResult(turn) });
			return;
		}
		if (turn.role === 'user' || turn.toolCalls.length === 0) {
			result.push(turn);
			return;
		}
		const renamed: ToolCall[] = [];
		const results: Turn[] = [];
		for (const call of turn.toolCalls) {
			const id = uniqueId(legalCallId(call.id), seenIds);
			const found = findResult({ turns, callId: call.id, after: index, used });
			if (found !== -1) used.add(found);
			const answer = found === -1 ? undefined : turns[found];
			const content = answer?.content ?? STAND_INS.lostResult;
			renamed.push({ ...call, id });
			results.push({ role: 'tool', toolCallId: id, toolName: call.name, content });
		}
		result.push({ ...turn, toolCalls: renamed }, ...results);
	});
	return result;
}

interface ResultSearch {
	turns: readonly Turn[];
	callId: string;
	after: number;
	used: ReadonlySet<number>;
}

/** The first unused result of this call behind it, before another call of the same id. */
function findResult({ turns, callId, after, used }: ResultSearch): number {
	for (let index = after + 1; index < turns.length; index++) {
		const turn = turns[index];
		if (turn?.role === 'tool' && turn.toolCallId === callId && !used.has(index)) return index;
		if (turn?.role === 'assistant' && turn.toolCalls.some((call) => call.id === callId)) return -1;
	}
	return -1;
}

function uniqueId(id: string, seen: Set<string>): string {
	let unique = id;
	for (let count = 2; seen.has(unique); count++) unique = `${id.slice(0, 34)}_${count}`;
	seen.add(unique);
	return unique;
}

function wordsOfLostResult(turn: { toolName: string; content: string }): string {
	return `${STAND_INS.lostCall(turn.toolName)}\n${turn.content}`;
}

function fillEmpty(turn: Turn): Turn {
	if (turn.content.trim() !== '' || turn.role === 'assistant') return turn;
	return { ...turn, content: turn.role === 'user' ? STAND_INS.emptyUser : STAND_INS.emptyResult };
}

/** Two users or two assistants in a row become one message; calls and their results stay whole. */
function joinNeighbors(turns: readonly Turn[]): Turn[] {
	const result: Turn[] = [];
	for (const turn of turns) {
		const last = result[result.length - 1];
		if (turn.role === 'user' && last?.role === 'user') {
			result[result.length - 1] = { ...last, content: joinText(last.content, turn.content) };
		} else if (turn.role === 'assistant' && last?.role === 'assistant' && last.toolCalls.length === 0) {
			result[result.length - 1] = { ...turn, content: joinText(last.content, turn.content) };
		} else {
			result.push(turn);
		}
	}
	return result;
}

function joinText(first: string, second: string): string {
	return [first, second].filter((text) => text.trim() !== '').join('\n\n');
}
