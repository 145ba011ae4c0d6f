/** Labels of node fields (4.3) and misspelled ones (4.6), each with the wire field it means. */

import { isJsonObject, type Json } from '../../json';
import { quoted } from '../fault';
import { type Draft, normalizeKey } from './draft';
import { argumentMap, mappingRows, pairsToObject, toolItem } from './tool-fields';
import { llmType, PROVIDERS } from './types';
import { providerOfModel } from '../model-table';

/** Reads the label's value and moves it; a reader that cannot use the value leaves the key and warns. */
type Reader = (draft: Draft, key: string) => void;

const to =
	(target: string | readonly [string, string], convert?: (value: Json) => Json | null): Reader =>
	(draft, key) => {
		const value = draft.get(key) ?? null;
		const converted = convert === undefined || value === null ? value : convert(value);
		if (converted === null && value !== null)
			cannotRead(draft, key, typeof target === 'string' ? target : target.join('.'));
		else draft.move(key, target, { value: converted });
	};

function cannotRead(draft: Draft, key: string, target: string): void {
	const message = `${quoted(key)} means ${target}, but its value does not fit and is kept as it is`;
	draft.warn('4.3', key, message, `Write ${target} in the form of the wire.`);
}

const wrapped =
	(key: string) =>
	(value: Json): Json | null =>
		isJsonObject(value) && key in value ? value : typeof value === 'string' ? { [key]: value } : null;

const asText = (value: Json): Json | null =>
	typeof value === 'string'
		? value
		: isJsonObject(value) || Array.isArray(value)
			? JSON.stringify(value)
			: null;

function parsedSchema(value: Json): Json | null {
	if (isJsonObject(value)) return value;
	if (typeof value !== 'string') return null;
	try {
		const parsed = JSON.parse(value) as Json;
		return isJsonObject(parsed) ? parsed : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

const readProvider: Reader = (draft, key) => {
	const label = draft.get(key);
	const type = typeof label === 'string' ? llmType(label) : null;
	if (type === null) {
		cannotRead(draft, key, 'llms_config.type');
		return;
	}
	const config = draft.get('llms_config');
	if (config !== undefined && config !== null && !isJsonObject(config)) {
		cannotRead(draft, key, 'llms_config.type');
		return;
	}
	const present = isJsonObject(config) ? config : {};
	if (typeof present.type === 'string' && present.type !== type) {
		draft.warn(
			'4.1',
			key,
			`${quoted(key)} and llms_config.type differ; llms_config.type counts`,
			`Remove ${quoted(key)}.`,
		);
		return;
	}
	draft.warn(
		'4.3',
		key,
		`${quoted(key)} is read as llms_config.type`,
		'Write llms_config; fmt does it for you.',
	);
	const provider = present.provider ?? PROVIDERS.get(type) ?? null;
	const value = { type, provider, ...present, ...(present.type === null ? { type, provider } : {}) };
	if (isJsonObject(config) || config === null) {
		draft.put('llms_config', value);
		draft.remove(key);
	} else draft.splice(key, [['llms_config', value]]);
};

const readTools: Reader = (draft, key) => {
	const value = draft.get(key);
	const isWrapped = isJsonObject(value) && Object.keys(value).length === 1 && Array.isArray(value.tools);
	const items = isWrapped ? (value.tools as Json[]) : Array.isArray(value) ? value : null;
	if (items === null) {
		cannotRead(draft, key, 'tools_config.tools');
		return;
	}
	const spot = { ...draft.spot, path: `${draft.spot.path}.tools_config.tools[]` };
	const unknown = items.filter((item) => toolItem(item, { ...spot, faults: [] }) === null);
	const known = items.flatMap((item) => toolItem(item, spot) ?? []);
	if (unknown.length === 0) {
		draft.move(key, ['tools_config', 'tools'], { value: known });
		return;
	}
	const message = `${quoted(key)} names tools whose kind is unknown; they are kept as they are and not offered`;
	draft.warn('4.3', key, message, 'Write each as {"type": …, "tool_id": …} in tools_config.tools.');
	if (known.length === 0 || draft.get('tools_config') !== undefined) return;
	draft.splice(key, [
		['tools_config', { tools: known }],
		[key, unknown],
	]);
};

const readTool: Reader = (draft, key) => {
	const value = draft.get(key) ?? null;
	const tool = toolItem(value, { ...draft.spot, path: `${draft.spot.path}.tool_config` });
	if (tool !== null) draft.move(key, 'tool_config', { value: tool });
	else
		draft.warn(
			'4.3',
			key,
			`${quoted(key)} names a tool whose kind is unknown; kept as it is`,
			'Write tool_config as {"type": …, "tool_id": …}.',
		);
};

const readOutputMapping: Reader = (draft, key) => {
	const rows = mappingRows(draft.get(key) ?? null);
	if (rows === null || !isJsonObject(draft.get('tool_config')))
		cannotRead(draft, key, 'tool_config.result_variable_mappings');
	else draft.move(key, ['tool_config', 'result_variable_mappings'], { value: rows });
};

const readMessages: Reader = (draft, key) => {
	const value = draft.get(key) ?? null;
	const held = isJsonObject(value) ? (value.static_messages ?? value.messages ?? value.message) : value;
	const messages = typeof held === 'string' ? [held] : held;
	const mode = isJsonObject(value)
		? (value.static_messages_selection_mode ?? value.selection_mode ?? value.mode)
		: undefined;
	// What says more than messages and their mode would lose the rest.
	const saidKeys = (held === undefined ? 0 : 1) + (typeof mode === 'string' ? 1 : 0);
	const isWhole = !isJsonObject(value) || Object.keys(value).length === saidKeys;
	if (!isWhole || !Array.isArray(messages) || !messages.every((one) => typeof one === 'string')) {
		cannotRead(draft, key, 'static_messages_config.static_messages');
		return;
	}
	draft.move(key, ['static_messages_config', 'static_messages'], { value: messages });
	const config = draft.get('static_messages_config');
	if (typeof mode === 'string' && isJsonObject(config) && !('static_messages_selection_mode' in config)) {
		draft.put('static_messages_config', { ...config, static_messages_selection_mode: normalizeKey(mode) });
	}
};

const readSelection: Reader = (draft, key) => {
	const value = draft.get(key);
	const mode = value === true ? 'random' : typeof value === 'string' ? normalizeKey(value) : null;
	if (mode !== 'random' && mode !== 'sequence')
		cannotRead(draft, key, 'static_messages_config.static_messages_selection_mode');
	else draft.move(key, ['static_messages_config', 'static_messages_selection_mode'], { value: mode });
};

const LLM_LABELS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	['llm_provider', readProvider],
	['model', to(['llms_config', 'model'])],
	['system_prompt', to(['main_response_config', 'prompt'])],
	['prompt', to(['main_response_config', 'prompt'], (value) => (typeof value === 'string' ? value : null))],
	['prompt_config', to('main_response_config', wrapped('prompt'))],
	['tools', readTools],
	['temperature', to(['llms_config', 'temperature'])],
	['max_tokens', to(['llms_config', 'max_tokens'])],
	['output_schema', to('structured_output_schema', parsedSchema)],
]);

const NODE_LABELS: ReadonlyMap<string, ReadonlyMap<string, Reader>> = new Map([
	['say_llm', LLM_LABELS],
	['worker_llm', LLM_LABELS],
	['workflow_run_evaluator', LLM_LABELS],
	['http_request', new Map<string, Reader>([['body', to('body_parameters', asText)]])],
	[
		'send_sms',
		new Map<string, Reader>([
			['to', to('destination_phone_number')],
			['provider', to('sms_provider')],
		]),
	],
	[
		'tool_node',
		new Map<string, Reader>([
			['tool', readTool],
			['input_mapping', to('tool_arguments', argumentMap)],
			['output_mapping', readOutputMapping],
		]),
	],
	[
		'say_static',
		new Map<string, Reader>([
			['message', readMessages],
			['messages', readMessages],
			['message(s)', readMessages],
			['static_messages', readMessages],
			['selection_mode', readSelection],
			['static_messages_selection_mode', readSelection],
			['random', readSelection],
		]),
	],
]);

/** Moves every label of a node of this type to its wire field; labels of one type mean nothing on another. */
export function readLabels(draft: Draft, type: string, wireKeys: ReadonlySet<string>): void {
	const labels = NODE_LABELS.get(type);
	const late: Array<[string, Reader]> = [];
	for (const key of draft.keys()) {
		if (wireKeys.has(key)) continue;
		const normal = normalizeKey(key);
		const reader = labels?.get(normal);
		if (reader === readOutputMapping) late.push([key, reader]);
		else if (reader !== undefined) reader(draft, key);
		else if (normal !== key && wireKeys.has(normal)) draft.move(key, normal);
	}
	for (const [key, reader] of late) reader(draft, key);
	if (labels === LLM_LABELS) inferModelType(draft);
}

/** A model named by a label without its provider: known model names say whose they are. */
function inferModelType(draft: Draft): void {
	const config = draft.get('llms_config');
	if (!isJsonObject(config) || 'type' in config || 'provider' in config || typeof config.model !== 'string')
		return;
	const provider = providerOfModel(config.model);
	const type = provider === null ? null : llmType(provider);
	if (type === null) return;
	draft.convert('llms_config', { type, provider, ...config }, `the model name makes this ${type}`);
}

/** Wire fields whose value has the form of the other dialect. */
export function convertValues(draft: Draft, type: string): void {
	const headers = type === 'http_request' ? pairsToObject(draft.get('headers')) : null;
	if (headers !== null) draft.convert('headers', headers, 'headers given as pairs are read as an object');
	for (const key of type === 'http_request' ? ['body_parameters', 'query_parameters'] : []) {
		const value = draft.get(key);
		if (isJsonObject(value) || Array.isArray(value))
			draft.convert(key, JSON.stringify(value), `${key} given as data is read as JSON text`);
	}
	const mapping = type === 'http_request' ? draft.get('response_mapping') : null;
	const rows = mapping === undefined || mapping === null ? null : mappingRows(mapping);
	if (rows !== null && (isJsonObject(mapping) || JSON.stringify(rows) !== JSON.stringify(mapping))) {
		draft.convert('response_mapping', rows, 'response_mapping is read as a list of result mappings');
	}
	for (const key of ['main_response_config', 'backchannel_response_config', 'process_transcript_prompt']) {
		const value = draft.get(key);
		if (typeof value === 'string')
			draft.convert(key, { prompt: value }, `${key} given as text is read as its prompt`);
	}
	const schema = draft.get('structured_output_schema');
	if (typeof schema === 'string') {
		const parsed = parsedSchema(schema);
		if (parsed !== null)
			draft.convert(
				'structured_output_schema',
				parsed,
				'structured_output_schema given as text is read as JSON',
			);
	}
}
