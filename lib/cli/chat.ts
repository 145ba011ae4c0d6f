/** `interactly chat`: a conversation with a graph, for people, for scripts and for programs. */

import { openStation, type Station } from '../assemble';
import { shownPlace } from '../assemble/open-sealed';
import { InputError } from '../errors';
import { LIST_PRICES, readPrices, type PriceTable } from '../llm/cost';
import { openStore } from '../store/open';
import { converseInJson } from './chat-json';
import { play, talk } from './chat-talk';
import { readScript, readTurnLine, type Turn } from './chat-turns';
import { createConversation } from './conversation';
import { costText } from './cost-text';
import { nameOf, readText } from './document';
import { type ExitCode } from './exit-code';
import { credentialsFrom, fallbackLlm } from './providers';
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
	const turns = request.script === undefined ? null : readScript(await readText(terminal, request.script));
	const prices =
		request.prices === undefined ? LIST_PRICES : readPrices(await readText(terminal, request.prices));
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
	// A run that is not there is known before the first word is said.
	if (request.run !== undefined) await station.runner.record(request.run);
	const conversation = createConversation({
		station,
		source: document === null ? null : { type: 'document', document },
		runId: request.run ?? null,
		signal: terminal.interruption(),
	});
	if (request.json) return await converseInJson(terminal, conversation, turns ?? turnsOfInput(terminal));
	const talking = { terminal, conversation, isTraced: request.trace };
	const code = turns === null ? await talk(talking) : await play(talking, turns);
	if (terminal.isScreen) terminal.err(costText(conversation.usage, prices));
	if (request.store !== undefined && conversation.runId !== null) {
		terminal.err(
			`(run ${conversation.runId}; --store ${shownPlace(request.store)} --run ${conversation.runId} continues it)\n`,
		);
	}
	return code;
}

async function* turnsOfInput(terminal: Terminal): AsyncIterable<Turn> {
	const lines = terminal.lines();
	let number = 0;
	for (let line = await lines.next(); line !== null; line = await lines.next()) {
		number += 1;
		if (line.trim() !== '') yield readTurnLine(line, number);
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
