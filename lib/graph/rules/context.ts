/** What every rule family is given: the graph, where things stand in the document, and how to report. */

import type { Edge } from '../edge';
import { anError, aWarning, type Fault, type Finding, pathTo } from '../fault';
import type { Graph } from '../graph';
import type { Node } from '../node';
import { subjectOf } from '../subject';
import type { Tool } from '../tool';

export interface CheckOptions {
	/**
	 * `import`: unknown edge, tool and model types are forgiven. `save` (default): what the
	 * platform refuses to store. `run`: what would end the run at its start too, but nothing that only
	 * makes one object unreadable (5.3).
	 */
	purpose?: 'import' | 'save' | 'run';
	/** Parses a condition; returns why it cannot be evaluated, or null when it can. */
	checkExpression?: (expression: string) => string | null;
	/** Argument names of a registered tool, or null when the registry does not know it. */
	argumentsOf?: (tool: Tool) => readonly string[] | null;
	/** Ids of saved model configs; given, an unknown reference is reported. */
	savedLlmIds?: ReadonlySet<string>;
	/** Names of dynamic variables that a run will find; given, others are reported. */
	knownVariables?: ReadonlySet<string>;
	/** JSON path of the graph in its document. Default: where it was read. */
	path?: string;
	/** Companion threads that graphs around this one, or beside it in them, declare. Default none. */
	threads?: ReadonlySet<string>;
}

export class Check {
	readonly faults: Fault[] = [];
	readonly purpose: 'import' | 'save' | 'run';
	readonly path: string;

	constructor(
		readonly graph: Graph,
		readonly options: CheckOptions,
	) {
		this.purpose = options.purpose ?? 'save';
		this.path = options.path ?? graph.path;
	}

	error(finding: Finding): void {
		this.faults.push(anError(finding));
	}

	warning(finding: Finding): void {
		this.faults.push(aWarning(finding));
	}

	/** Refused at save and run, only reported on import. */
	refusal(finding: Finding): void {
		if (this.purpose === 'import') this.warning(finding);
		else this.error(finding);
	}

	/** A wrong value that costs only what it stands for: told at a run, which goes on (5.3). */
	flaw(finding: Finding): void {
		if (this.purpose === 'run') this.warning(finding);
		else this.error(finding);
	}

	nodePath(index: number, ...segments: Array<string | number>): string {
		return pathTo(this.path, 'node_configs', index, ...segments);
	}

	edgePath(index: number, ...segments: Array<string | number>): string {
		return pathTo(this.path, 'edge_configs', index, ...segments);
	}

	/** Position of an edge in the list; edges are found by identity. */
	indexOfEdge(edge: Edge): number {
		this.edgeIndexes ??= new Map(this.graph.edge_configs.map((one, index) => [one, index]));
		return this.edgeIndexes.get(edge) ?? -1;
	}

	indexOfNode(node: Node): number {
		this.nodeIndexes ??= new Map(this.graph.node_configs.map((one, index) => [one, index]));
		return this.nodeIndexes.get(node) ?? -1;
	}

	private edgeIndexes: Map<Edge, number> | undefined;
	private nodeIndexes: Map<Node, number> | undefined;

	/** Enabled edges that leave the node, in list order. */
	edgesOf(nodeId: string | null): readonly Edge[] {
		return nodeId === null ? [] : (this.graph.edgesBySource.get(nodeId) ?? []);
	}
}

export function nameOf(object: Node | Edge): string {
	return subjectOf(object, object.logical_id ?? 'unnamed');
}

/** True for nodes where a thread waits for the user (glossary of the runtime: interactive). */
export function isInteractive(node: Node): boolean {
	return (node.type === 'say_llm' || node.type === 'worker_llm') && node.wait_for_user_message;
}

/** True for a text that holds a placeholder, so that its value is known only in a run. */
export function hasPlaceholder(text: string): boolean {
	return /\{\{|\[\[|<<<managed_prompt:/.test(text);
}
