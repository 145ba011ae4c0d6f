/** Reads what a caller sends for a turn: plain fields or the wire's run input (R1.10–R1.22). */

import type { TurnInput, UserMessage } from '../engine/contract';
import { LimitError } from '../errors';
import { checkJsonValue } from '../graph/json-text';
import { DEFAULT_LIMITS } from '../graph/limits';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { COMMANDS, type CommandName } from './commands';
import type { TurnRequest } from './contract';
import { inputMalformed, inputRefused } from './refusals';
import { readThreadInputs } from './thread-input';

/** The largest user message, in bytes of UTF-8 (design part 9). */
export const maxMessageBytes = 64 * 1024;

/** A turn's input, checked as far as that goes without the run. */
export interface ReadTurn {
	command: CommandName;
	input: TurnInput;
	/** Nodes that `llm` entries name, by thread: each must be the one parked (R1.20). */
	addressed: Array<{ threadId: string; nodeId: string; place: string }>;
	/** An explicit version for a new run; null for the active one (R1.15). */
	versionNumber: number | null;
	startNodeId: string | null;
	runBy: string | null;
	welcomeMessage: string | null;
	miscellaneous: JsonObject;
}

/**
 * @throws {RunError} `RUN_INPUT_REFUSED` with status 400 or 422 and the JSON path;
 *         {LimitError} `MESSAGE_TOO_LARGE`.
 */
export function readTurn(request: TurnRequest): ReadTurn {
	const turn = request.runInput === undefined ? readFields(request) : readRunInput(request.runInput, request);
	checkDepth('dynamic_variables', turn.input.dynamicVariables);
	checkDepth('runtime_variables', turn.input.runtimeVariables);
	for (const key of Object.keys(turn.input.runtimeVariables)) checkVariableName(key, 'runtime_variables');
	for (const messages of Object.values(turn.input.messages)) messages.forEach(checkSize);
	return turn;
}

/** @throws {RunError} `RUN_INPUT_REFUSED`, status 400: the name is the runtime's, or a path. */
export function checkVariableName(name: string, place: string): void {
	if (!name.startsWith('_') && !name.includes('.')) return;
	throw inputRefused(
		`${place}[${JSON.stringify(name)}]`,
		'names of runtime variables must not start with "_" or contain "." (R4.16)',
		'Rename the variable.',
	);
}

/** As deep as a graph may be: what nests without measure cannot be stored. */
function checkDepth(name: string, values: JsonObject): void {
	if (checkJsonValue(values, { ...DEFAULT_LIMITS, textBytes: Infinity }) === null) return;
	throw inputRefused(
		name,
		`its values nest deeper than ${DEFAULT_LIMITS.depth} levels`,
		'Send the values flatter, or as JSON text.',
	);
}

function readFields(request: TurnRequest): ReadTurn {
	const { message } = request;
	return {
		command: request.command ?? 'start',
		input: {
			messages: message === undefined || message === null ? {} : { '0': [{ text: message }] },
			overrides: {},
			dynamicVariables: request.dynamicVariables ?? {},
			runtimeVariables: request.runtimeVariables ?? {},
			idempotencyKey: request.idempotencyKey ?? null,
			interruptedEventIds: request.interruptedEventIds ?? [],
		},
		addressed: [],
		versionNumber: null,
		startNodeId: request.startNodeId ?? null,
		runBy: request.runBy ?? null,
		welcomeMessage: request.welcomeMessage ?? null,
		miscellaneous: {},
	};
}

function readRunInput(wire: JsonObject, request: TurnRequest): ReadTurn {
	// R1.21: state never comes from a client; typed clients always send null.
	if (wire.initial_state !== undefined && wire.initial_state !== null) {
		throw inputRefused(
			'run_input.initial_state',
			'a run does not take its state from a client',
			'Leave "initial_state" out, or send null.',
		);
	}
	const { messages, overrides, addressed } = readThreadInputs(wire.thread_to_node_inputs);
	return {
		command: readCommand(wire, request.command),
		input: {
			messages,
			overrides,
			dynamicVariables: readObject(wire, 'dynamic_variables'),
			runtimeVariables: readObject(wire, 'runtime_variables'),
			idempotencyKey: request.idempotencyKey ?? null,
			interruptedEventIds:
				readInterrupted(readObject(wire, 'miscellaneous')) ?? request.interruptedEventIds ?? [],
		},
		addressed,
		versionNumber: readVersion(wire),
		startNodeId: readText(wire, 'start_node_logical_id') ?? request.startNodeId ?? null,
		runBy: readText(wire, 'run_by') ?? request.runBy ?? null,
		welcomeMessage: readText(wire, 'welcome_message') ?? request.welcomeMessage ?? null,
		miscellaneous: readObject(wire, 'miscellaneous'),
	};
}

/** R2.43: a driver that hears the caller tells here which spoken events were talked over. */
function readInterrupted(miscellaneous: JsonObject): string[] | null {
	const value = miscellaneous.interrupted_event_ids ?? null;
	if (value === null) return null;
	if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value;
	throw inputMalformed(
		'run_input.miscellaneous.interrupted_event_ids',
		'interrupted events must be a list of the ids of assistant_response events',
		'Send the "logical_id" of each event the caller talked over.',
	);
}

function readCommand(wire: JsonObject, outer: CommandName | undefined): CommandName {
	// `pump` has an address of its own on the wire and is no command of a run input (R1.10).
	if (outer === 'pump') return outer;
	const value = wire.command ?? outer ?? 'start';
	const known = COMMANDS.find((command) => command === value);
	if (known !== undefined) return known;
	throw inputMalformed(
		'run_input.command',
		`the command must be one of ${COMMANDS.join(', ')}`,
		value === 'continue' ? 'Use "data" for a further turn.' : 'Correct the command.',
	);
}

/** Keys that only the complete typed form carries together. */
const typedKeys = [
	'command',
	'version_number',
	'team_id',
	'workflow_id',
	'workflow_run_id',
	'run_by',
	'start_node_logical_id',
	'initial_state',
	'welcome_message',
	'thread_to_node_inputs',
];

/** R1.15: in the complete typed form 0 means "not chosen". */
function readVersion(wire: JsonObject): number | null {
	const value = wire.version_number ?? null;
	if (value === null) return null;
	if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
		throw inputMalformed(
			'run_input.version_number',
			'the version must be a whole number from 0',
			'Correct the number.',
		);
	}
	const isTyped = typedKeys.every((key) => key in wire);
	return value === 0 && isTyped ? null : value;
}

function readObject(wire: JsonObject, key: string): JsonObject {
	const value: Json = wire[key] ?? {};
	if (isJsonObject(value)) return value;
	throw inputMalformed(`run_input.${key}`, 'an object was expected', 'Send an object, or leave the key out.');
}

function readText(wire: JsonObject, key: string): string | null {
	const value = wire[key] ?? null;
	if (value === null || typeof value === 'string') return value;
	throw inputMalformed(
		`run_input.${key}`,
		'a text or null was expected',
		'Send a string, or leave the key out.',
	);
}

function checkSize({ text }: UserMessage): void {
	// A character takes at most three bytes for every UTF-16 unit, so short texts need no count.
	if (text.length * 3 <= maxMessageBytes) return;
	const sizeBytes = Buffer.byteLength(text);
	if (sizeBytes <= maxMessageBytes) return;
	throw new LimitError(
		'MESSAGE_TOO_LARGE',
		`A user message has ${sizeBytes} bytes; at most ${maxMessageBytes} are taken.`,
		{
			place: 'message',
			advice: 'Shorten the message, or send a link to the long text.',
		},
	);
}
