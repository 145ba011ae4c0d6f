/** A run record as text for a model that evaluates it: turns, nodes, edges taken, variables (R7.6.2). */

import { isJsonObject, type Json, type JsonObject } from '../json';

/** Room for a run in a model's window; what is older is cut (R7.6.2). About 100,000 tokens. */
export const MAX_RUN_CHARACTERS = 400_000;
export const CUT_MARK = '(The beginning is left out.)\n';

/** True for a value that has the shape of a run record (R9.49). */
export function isRunRecord(value: unknown): value is JsonObject & { input_output_pairs: Json[] } {
	return isJsonObject(value) && Array.isArray(value['input_output_pairs']);
}

/** One text per turn, in turn order. */
export function turnTexts(run: { input_output_pairs: Json[] }): string[] {
	return run.input_output_pairs.map((pair, index) => `Turn ${index + 1}\n${turnText(pair)}`);
}

/** The whole run; its front is cut when it does not fit (R7.6.2). */
export function runText(run: { input_output_pairs: Json[] }): string {
	return cutFront(turnTexts(run).join('\n\n'));
}

export function cutFront(text: string): string {
	return text.length <= MAX_RUN_CHARACTERS
		? text
		: CUT_MARK + text.slice(text.length - MAX_RUN_CHARACTERS + CUT_MARK.length);
}

function turnText(pair: Json): string {
	const output = isJsonObject(pair) ? pair['run_output'] : null;
	const events = isJsonObject(output) && Array.isArray(output['events']) ? output['events'] : [];
	const lines = events.filter(isJsonObject).flatMap(lineOf);
	const variables = lastVariables(events.filter(isJsonObject));
	if (variables !== null) lines.push(`Variables at the end: ${JSON.stringify(variables)}`);
	return lines.join('\n');
}

function lineOf(event: JsonObject): string[] {
	const type = event['type'];
	if (type === 'user_messages') return messagesOf(event['messages']).map((text) => `User: ${text}`);
	if (type === 'assistant_response') return [`Assistant: ${textOf(event['content'])}`];
	if (type === 'start_node_run') return [`[node ${textOf(event['origin_node_name'])}]`];
	if (typeof type === 'string' && type.endsWith('_edge')) {
		const reason = textOf(event['reason']);
		const destination =
			textOf(event['destination_node_name']) || textOf(event['destination_node_logical_id']);
		const name = textOf(event['edge_name']);
		return [
			`[${type}${name ? ` "${name}"` : ''}${destination ? ` to ${destination}` : ''}${reason ? `: ${reason}` : ''}]`,
		];
	}
	if (type === 'workflow_error') return [`[error: ${textOf(event['error_message'])}]`];
	return [];
}

function messagesOf(messages: Json | undefined): string[] {
	if (!Array.isArray(messages)) return [];
	return messages.filter(isJsonObject).map((message) => textOf(message['content']));
}

function lastVariables(events: JsonObject[]): JsonObject | null {
	const shown = events.filter((event) => event['type'] === 'workflow_show_state').at(-1)?.[
		'runtime_variables'
	];
	if (!isJsonObject(shown)) return null;
	// Names with a dot repeat the plain ones; those with `_` in front belong to the runtime.
	const own = Object.entries(shown).filter(([name]) => !name.includes('.') && !name.startsWith('_'));
	return own.length === 0 ? null : Object.fromEntries(own);
}

function textOf(value: Json | undefined): string {
	return typeof value === 'string' ? value : '';
}
