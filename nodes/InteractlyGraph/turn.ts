/** One item of the Interactly Graph node: its parameters as a turn of a run, and the turn as an item. */

import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { PriceTable, RunSource, Station, TurnRequest, TurnResult } from '../../lib/index';
import { escapeHtml } from '../rethrow';
import { accessOf, library, openStation } from '../host';
import { readAssignments, readObject, readText } from '../values';
import { stayForBackground } from './background';
import { refuseModelFailure, showModelFailures } from './model-failure';
import { drawRun } from './run-picture';
import { readSource } from './source';
import { streamTo } from './stream';
import { isTool, toolItem, toolSession } from './tool';

const COMMANDS = { message: 'start', pause: 'pause', resume: 'resume', pump: 'pump', stop: 'stop' } as const;

export interface TurnItems {
	/** The item of output Turn. */
	turn: IDataObject;
	/** The item of output Ended: the record of the finished run, or null while it goes on. */
	record: IDataObject | null;
	/** Files of the item of output Turn. */
	binary?: IBinaryKeyData;
}

/**
 * Runs one turn for one item.
 *
 * @throws {InteractlyError} The parameters are wrong, the run refused, or the turn failed.
 */
export async function takeTurn(context: IExecuteFunctions, itemIndex: number): Promise<TurnItems> {
	const request = readRequest(context, itemIndex);
	// Read before anything happens: a mistake in them must not cost a turn.
	const prices = readPrices(context, itemIndex);
	const station = await openStation(context);
	const access = await accessOf(context, itemIndex);
	// What an agent's user reads is the agent's own text.
	const streams =
		!isTool(context) &&
		context.isStreaming?.() === true &&
		context.getNodeParameter('options.stream', itemIndex, true) === true;
	const stream = streams ? streamTo(context, itemIndex) : null;
	const isWanted = (option: string) => context.getNodeParameter(option, itemIndex, false) === true;
	const includesEvents = isWanted('options.includeEvents');
	try {
		const taken = await station.turn(
			{ ...request, ...stream?.listeners, wantsEvents: includesEvents },
			access,
		);
		refuseModelFailure(context, itemIndex, taken);
		if (taken.error !== null) throw failureOf(taken);
		const { signal, timeoutMs } = request;
		const followed = { signal, timeoutMs, ...stream?.listeners };
		const result = await stayForBackground(context, {
			...{ station, access, itemIndex },
			request: followed,
			turn: taken,
		});
		stream?.finish(result);
		if (result.turnNumber === 1) showFindings(context, station, request.source);
		showModelFailures(context, result);
		const binary = isWanted('options.attachPicture')
			? await drawRun(context, station, result.runId)
			: undefined;
		const turn = turnItem(result, { sessionId: request.sessionKey ?? '', includesEvents, prices });
		return {
			turn: isTool(context) ? toolItem(turn) : turn,
			record: result.isCompleted ? await recordItem(station, result.runId, prices) : null,
			...(binary === undefined ? {} : { binary }),
		};
	} finally {
		stream?.close();
	}
}

/** Shows on the output pane what is odd about a pasted graph, once per conversation. */
function showFindings(context: IExecuteFunctions, station: Station, source: RunSource | undefined): void {
	if (source?.type !== 'document') return;
	const findings = station.examine(source.document);
	if (findings.length === 0) return;
	const { describeFault } = library();
	context.addExecutionHints({
		message: ['The graph runs, but look at this:', ...findings.map(describeFault)]
			.map(escapeHtml)
			.join('<br>'),
		type: 'warning',
		location: 'outputPane',
	});
}

function readRequest(context: IExecuteFunctions, itemIndex: number): TurnRequest {
	const operation = context.getNodeParameter('operation', itemIndex) as keyof typeof COMMANDS;
	const option = (name: string) => readText(context, `options.${name}`, itemIndex);
	const request: TurnRequest = {
		command: COMMANDS[operation],
		sessionKey: readSession(context, itemIndex),
		whenBusy: option('whenBusy') === 'refuse' ? 'refuse' : 'wait',
		signal: context.getExecutionCancelSignal(),
		timeoutMs: (context.getNodeParameter('options.timeoutSeconds', itemIndex, 120) as number) * 1000,
	};
	if (operation !== 'message' && operation !== 'resume') return { ...request, whenSessionIsNew: 'refuse' };
	return {
		...request,
		...(operation === 'message' ? { source: readSource(context, itemIndex) } : {}),
		whenSessionIsNew: operation === 'resume' || option('whenSessionIsNew') === 'refuse' ? 'refuse' : 'start',
		message: readText(context, 'message', itemIndex) ?? null,
		dynamicVariables: {
			...readObject(context, {
				name: 'options.dynamicVariablesJson',
				title: 'Dynamic Variables (JSON)',
				itemIndex,
			}),
			...readAssignments(context, 'dynamicVariables', itemIndex),
		},
		runtimeVariables: readObject(context, {
			name: 'options.runtimeVariablesJson',
			title: 'Runtime Variables (JSON)',
			itemIndex,
		}),
		idempotencyKey: option('idempotencyKey'),
		startNodeId: option('startNodeId'),
		welcomeMessage: option('welcomeMessage'),
	};
}

function readSession(context: IExecuteFunctions, itemIndex: number): string {
	const ofTool = isTool(context);
	const session =
		readText(context, 'sessionId', itemIndex) ?? (ofTool ? toolSession(context, itemIndex) : undefined);
	if (session !== undefined) return session;
	throw new (library().InputError)(
		'SESSION_MISSING',
		'The session ID is empty, so the conversation has no name.',
		{
			advice: `Start the workflow with a Chat Trigger, or write an expression for a value that names the conversation, such as the phone number${ofTool ? ": {{ $('Webhook').item.json.body.from }}" : ''}.`,
			place: 'Session ID',
		},
	);
}

/** A failed turn as the error that the events of the run carry. */
function failureOf({ error, runId, currentNode }: TurnResult): Error {
	const { RunError } = library();
	const { code, message, advice } = error ?? {
		code: 'TURN_FAILED',
		message: 'The turn failed.',
		advice: null,
	};
	const node = currentNode === null ? '' : `, node "${currentNode.name ?? currentNode.id}"`;
	return new RunError(code, message, {
		place: `run ${runId}${node}`,
		...(advice === null ? {} : { advice }),
	});
}

/** @throws {InputError} `PARAMETER_NOT_OBJECT`; {ConfigurationError} `PRICES_UNREADABLE`. */
function readPrices(context: IExecuteFunctions, itemIndex: number): PriceTable {
	const field = { name: 'options.modelPrices', title: 'Model Prices (JSON)', itemIndex };
	return library().withPrices(readObject(context, field));
}

async function recordItem({ runner }: Station, runId: string, prices: PriceTable): Promise<IDataObject> {
	const record = await runner.record(runId);
	return { ...(record as IDataObject), estimatedCost: library().costOfRecord(record, prices) };
}

interface TurnItemParts {
	sessionId: string;
	includesEvents: boolean;
	prices: PriceTable;
}

function turnItem(result: TurnResult, item: TurnItemParts): IDataObject {
	return {
		// The name under which chats look for the text to show.
		output: result.reply,
		sessionId: item.sessionId,
		runId: result.runId,
		workflowId: result.workflowId,
		versionNumber: result.versionNumber,
		turnNumber: result.turnNumber,
		status: result.status,
		isWaitingForInput: result.isWaitingForInput,
		isCompleted: result.isCompleted,
		hasBackgroundWork: result.hasBackgroundWork,
		currentNode: result.currentNode,
		messages: result.messages as unknown as IDataObject[],
		variables: result.variables as IDataObject,
		path: result.path,
		usage: { ...result.usage, estimatedCost: library().costOfTurn(result.usage, item.prices) },
		latencyMs: result.latencyMs,
		repeated: result.repeated,
		recovered: result.recovered,
		warnings: result.warnings,
		...(item.includesEvents ? { events: result.events as IDataObject[] } : {}),
	};
}
