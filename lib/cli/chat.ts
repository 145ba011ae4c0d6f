/** `interactly chat`: a conversation with a graph, for people, for scripts and for programs. */

import { openStation, type Station } from '../assemble';
import { shownPlace } from '../assemble/open-sealed';
import { InputError } from '../errors';
import { LIST_PRICES, readPrices, type PriceTable } from '../llm/cost';
import { openStore } from '../store/open';
import { converseInJson, type GivenTurn } from './chat-json';
import { perform, talk } from './chat-talk';
import { readScript, readTurnLine, type Turn } from './chat-turns';
import { createConversation, type Conversation } from './conversation';
import { costText } from './cost-text';
import { nameOf, readText } from './document';
import type { ExitCode } from './exit-code';
import { exitCodeOf } from './interruption';
import { credentialsFrom, fallbackLlm } from './providers';
import { expectStore, meetRun } from './meet-run';
import type { Terminal } from './terminal';

export interface ChatRequest {
	/** The graph; may be left out when a kept run is continued. */
	file?: string;
	json: boolean;
	/** File with an array of turns. */
	script?: string;
	/** SQLite file or `postgres://` URL that keeps the run; without it the run is forgotten at the end. */
	store?: string;
	/** Run to continue. */
	run?: string;
	/** `PROVIDER/MODEL` for nodes that name none. */
	model?: string;
	/** Private hosts that the graph may call. */
	allowPrivate: string[];
	trace: boolean;
	/** File with prices of models, for the cost told at the end on a screen. */
	prices?: string;
}

export async function chat(terminal: Terminal, request: ChatRequest): Promise<ExitCode> {
	refuseContradictions(request);
	const credentials = credentialsFrom(terminal.env);
	const fallback = fallbackLlm(request.model, credentials);
	const document = request.file === undefined ? null : await readText(terminal, request.file);
	const turns =
		request.script === undefined
			? null
			: readScript(await readText(terminal, request.script), nameOf(request.script));
	const prices =
		request.prices === undefined ? LIST_PRICES : readPrices(await readText(terminal, request.prices));
	if (request.run !== undefined) expectStore(request.store ?? '');
	const station = await openStation({
		...(request.store === undefined
			? { store: await openStore({ type: 'memory' }) }
			: { path: request.store }),
		access: {
			credentials,
			allowedPrivateHosts: request.allowPrivate,
			...(fallback === null ? {} : { fallbackLlm: fallback }),
		},
	});
	try {
		return await converse({ terminal, request, station, document, turns, prices });
	} finally {
		await station.close();
	}
}

async function converse(parts: {
	terminal: Terminal;
	request: ChatRequest;
	station: Station;
	document: string | null;
	turns: Turn[] | null;
	prices: PriceTable;
}): Promise<ExitCode> {
	const { terminal, request, station, document, turns, prices } = parts;
	const { file, run: runId, store: place = '' } = request;
	// A run that is not there is known before the first word is said.
	if (runId !== undefined) await meetRun(terminal, { store: station.store, place, runId, file, document });
	const signal = terminal.interruption();
	const hint = (id: string) => `(run ${id}; --store ${shownPlace(place)} --run ${id} continues it)\n`;
	const conversation = createConversation({
		station,
		source: document === null ? null : { type: 'document', document },
		runId: runId ?? null,
		signal,
		// A program that is killed in its first turn would never learn the run from a closing line.
		onRun: (id) => {
			if (request.json && request.store !== undefined) terminal.err(hint(id));
		},
	});
	const code = await play({ terminal, request, conversation, turns });
	if (!request.json) {
		if (terminal.isScreen) terminal.err(costText(conversation.usage, prices));
		const goesOn = conversation.standing?.isCompleted !== true;
		if (request.store !== undefined && conversation.runId !== null && goesOn)
			terminal.err(hint(conversation.runId));
	}
	return exitCodeOf(signal) ?? code;
}

/** All turns, in the way the request asks for. */
async function play(parts: {
	terminal: Terminal;
	request: ChatRequest;
	conversation: Conversation;
	turns: Turn[] | null;
}): Promise<ExitCode> {
	const { terminal, request, conversation, turns } = parts;
	if (request.json) {
		return await converseInJson(terminal, conversation, turns ?? turnsOfInput(terminal, conversation));
	}
	const talking = { terminal, conversation, isTraced: request.trace };
	return turns === null ? await talk(talking) : await perform(talking, turns);
}

async function* turnsOfInput(terminal: Terminal, conversation: Conversation): AsyncIterable<GivenTurn> {
	const lines = terminal.lines({ signal: conversation.interruption });
	let number = 0;
	for (let line = await lines.next(); line !== null; line = await lines.next()) {
		number += 1;
		if (line.trim() !== '') yield givenTurn(line, number);
	}
}

function givenTurn(line: string, number: number): GivenTurn {
	try {
		return readTurnLine(line, number);
	} catch (error) {
		if (error instanceof InputError) return error;
		throw error;
	}
}

function refuseContradictions({ file, run, store, script, json }: ChatRequest): void {
	if (run !== undefined && store === undefined) {
		throw new InputError('STORE_MISSING', 'A run can be continued only from the store that keeps it.', {
			advice: 'Name its file or database: --store runs.sqlite --run ID.',
		});
	}
	if (file === undefined && run === undefined) {
		throw new InputError('GRAPH_MISSING', 'There is no graph to talk to.', {
			advice: 'Name a graph file, or continue a kept run with --store FILE --run ID.',
		});
	}
	if (file === '-' && script === '-') {
		throw new InputError('INPUT_TAKEN', `The graph and the script cannot both come from ${nameOf('-')}.`, {
			advice: 'Name a file for one of the two.',
		});
	}
	if (file === '-' && script === undefined) {
		throw new InputError(
			'INPUT_TAKEN',
			`The graph and the ${json ? 'turns' : 'messages'} cannot both come from ${nameOf('-')}.`,
			{
				advice: 'Name a graph file, or play turns from a file with --script.',
			},
		);
	}
}
