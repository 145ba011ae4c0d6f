/** Run inputs and run records in other spellings: the main thread's key, message roles, status words (4.3, 4.6). */

import { isJsonObject, type Json, type JsonObject } from '../../json';
import { type Fault, pathTo, quoted } from '../fault';
import { Draft, normalizeKey, type Spot } from './draft';
import { mapChanged } from './model-fields';
import type { Wire } from './wire';

const STATUS_LABELS: ReadonlyMap<string, string> = new Map([
	['started', 'started'],
	['in_progress', 'running'],
	['completed', 'completed'],
	['failed', 'failed'],
	['cancelled', 'cancelled'],
]);

/** A run input (2.17): thread `thread_0` is `0`, messages of role `user` are `human`. */
export function runInputToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	const draft = new Draft(raw, { path, subject: null, faults });
	const threads = draft.get('thread_to_node_inputs');
	if (isJsonObject(threads)) {
		const spot = { path: pathTo(path, 'thread_to_node_inputs'), subject: null, faults };
		const inner = new Draft(threads, spot);
		if (inner.has('thread_0')) inner.move('thread_0', '0', { rule: '4.6' });
		for (const key of inner.keys()) {
			const inputs = inner.get(key);
			if (isJsonObject(inputs))
				inner.put(key, inputsToWire(inputs, { ...spot, path: pathTo(spot.path, key) }));
		}
		draft.put('thread_to_node_inputs', inner.result());
	}
	return { value: draft.result(), faults };
}

function inputsToWire(inputs: JsonObject, spot: Spot): JsonObject {
	const rows = inputs.node_run_inputs;
	if (!Array.isArray(rows)) return inputs;
	const changed = mapChanged(rows, (row, index) => {
		if (!isJsonObject(row) || !Array.isArray(row.messages)) return row;
		const at = pathTo(spot.path, 'node_run_inputs', index, 'messages');
		const messages = mapChanged(row.messages, (message, number) =>
			messageToWire(message, { ...spot, path: pathTo(at, number) }),
		);
		return messages === row.messages ? row : { ...row, messages };
	});
	return changed === rows ? inputs : { ...inputs, node_run_inputs: changed };
}

function messageToWire(message: Json, spot: Spot): Json {
	if (!isJsonObject(message)) return message;
	const draft = new Draft(message, spot);
	for (const key of ['type', 'role'] as const) {
		if (draft.get(key) !== 'user') continue;
		draft.warn('4.6', key, 'message role user is read as human', 'Write human.');
		draft.put(key, 'human');
	}
	return draft.result();
}

/** The status of a run record by its label. */
export function runToWire(raw: JsonObject, path = '$'): Wire {
	const faults: Fault[] = [];
	const draft = new Draft(raw, { path, subject: null, faults });
	const label = draft.get('status');
	const status = typeof label === 'string' ? STATUS_LABELS.get(normalizeKey(label)) : undefined;
	if (typeof label === 'string' && status !== undefined && status !== label) {
		draft.warn('4.3', 'status', `status ${quoted(label)} is read as ${status}`, `Write ${status}.`);
		draft.put('status', status);
	}
	return { value: draft.result(), faults };
}
