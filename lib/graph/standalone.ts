/** Standalone documents (1.8): one node, edge, tool or model config, read with the same leniency. */

import { isJsonObject, type JsonObject } from '../json';
import { readEdge, readNode } from './build';
import { accessToWire, edgeToWire, llmToWire, nodeToWire, toolToWire } from './dialect/wire';
import type { Edge } from './edge';
import type { Envelope } from './document-kind';
import { anError, aWarning, type Fault, pathTo, quoted } from './fault';
import type { LlmOrGroup } from './model';
import type { Node } from './node';
import { kindOf } from './read';
import { readLlm, readTool } from './read-part';
import { checkVariable } from './rules/variables';
import type { Tool } from './tool';

export type StandalonePart = { path: string; raw: JsonObject; faults: Fault[] } & (
	| { kind: 'node'; value: Node }
	| { kind: 'edge'; value: Edge }
	| { kind: 'tool'; value: Tool }
	| { kind: 'llm_config'; value: LlmOrGroup }
	| { kind: 'other'; value: JsonObject }
);

/** a run is given something to do on at least the main thread. */
function checkRunInput(raw: JsonObject, path: string): Fault[] {
	const threads = raw.thread_to_node_inputs;
	if (isJsonObject(threads) && Object.keys(threads).length > 0) return [];
	const message = 'thread_to_node_inputs needs at least thread "0"';
	const advice = 'Put the message under thread_to_node_inputs["0"].node_run_inputs.';
	return [aWarning({ rule: 'R-19', path: pathTo(path, 'thread_to_node_inputs'), message, advice })];
}

/** R-10 for the access level of a node library or template (1.8.7); null and absent mean `personal`. */
function checkAccess(raw: JsonObject, path: string): Fault[] {
	const level = raw.access_level ?? 'personal';
	if (level === 'personal' || level === 'team' || level === 'system') return [];
	const at = pathTo(path, 'access_level');
	const shown = typeof level === 'string' ? quoted(level) : kindOf(level);
	const message = `${at}: ${shown} is not one of personal, team, system`;
	return [anError({ rule: 'R-10', path: at, message, advice: 'Use one of the listed words.' })];
}

export function readPart(envelope: Envelope): StandalonePart | null {
	if (envelope.part === null) return null;
	const { value: raw, path } = envelope.part;
	switch (envelope.kind) {
		case 'node': {
			const wire = nodeToWire(raw, path);
			const { value, faults } = readNode(wire.value, 0, path);
			return { kind: 'node', value, path, raw, faults: [...wire.faults, ...faults] };
		}
		case 'edge': {
			const wire = edgeToWire(raw, path);
			const { value, faults } = readEdge(wire.value, 0, path);
			return { kind: 'edge', value, path, raw, faults: [...wire.faults, ...faults] };
		}
		case 'tool':
		case 'tool_bundle': {
			const wire = toolToWire(raw, path);
			const { value, faults } = readTool(wire.value, path);
			return { kind: 'tool', value, path, raw, faults: [...wire.faults, ...faults] };
		}
		case 'llm_config': {
			const wire = llmToWire(raw, path);
			const { value, faults } = readLlm(wire.value, path);
			return { kind: 'llm_config', value, path, raw, faults: [...wire.faults, ...faults] };
		}
		case 'variable':
			return { kind: 'other', value: raw, path, raw, faults: checkVariable(raw, path) };
		case 'node_library':
		case 'workflow_template': {
			const wire = accessToWire(raw, path);
			const faults = [...wire.faults, ...checkAccess(wire.value, path)];
			return { kind: 'other', value: wire.value, path, raw, faults };
		}
		case 'run_input':
			return { kind: 'other', value: raw, path, raw, faults: checkRunInput(raw, path) };
		default:
			return { kind: 'other', value: raw, path, raw, faults: [] };
	}
}
