/** Standalone documents (1.8): one node, edge, tool or model config, read with the same leniency. */

import type { JsonObject } from '../json';
import { readEdge, readNode } from './build';
import { edgeToWire, llmToWire, nodeToWire, toolToWire } from './dialect/wire';
import type { Edge } from './edge';
import type { Envelope } from './document-kind';
import type { Fault } from './fault';
import type { LlmOrGroup } from './model';
import type { Node } from './node';
import { readLlm, readTool } from './read-part';
import type { Tool } from './tool';

export type StandalonePart = { path: string; raw: JsonObject; faults: Fault[] } & (
	| { kind: 'node'; value: Node }
	| { kind: 'edge'; value: Edge }
	| { kind: 'tool'; value: Tool }
	| { kind: 'llm_config'; value: LlmOrGroup }
	| { kind: 'other'; value: JsonObject }
);

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
		default:
			return { kind: 'other', value: raw, path, raw, faults: [] };
	}
}
