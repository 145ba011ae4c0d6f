/** `interactly draw`: a graph as SVG, PNG or Mermaid text, to a file or to standard output. */

import type { DrawnPath } from '../convert/drawing';
import { mermaidText } from '../convert/mermaid';
import { pngOf } from '../convert/png';
import { drawSvg } from '../convert/svg';
import { InputError } from '../errors';
import type { Graph } from '../graph/graph';
import { loadGraphFile } from './document';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';
import { writeOutput } from './write-file';

type Format = 'svg' | 'png' | 'mermaid';

export interface DrawRequest {
	file: string;
	format?: Format;
	output?: string;
	/** Ids or names of nodes, separated by commas. */
	path?: string;
	legend: boolean;
}

const FORMAT_BY_ENDING: Record<string, Format> = {
	svg: 'svg',
	png: 'png',
	mmd: 'mermaid',
	mermaid: 'mermaid',
	md: 'mermaid',
};

export async function draw(terminal: Terminal, request: DrawRequest): Promise<ExitCode> {
	const { output, legend: withLegend } = request;
	const format = request.format ?? FORMAT_BY_ENDING[output?.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'svg';
	if (format === 'png' && output === undefined && terminal.isScreen) {
		throw new InputError('OUTPUT_MISSING', 'A PNG file cannot be shown in a terminal.', {
			advice: 'Name a file with -o graph.png, or send the output into one.',
		});
	}
	const { graph } = await loadGraphFile({ terminal, file: request.file });
	const path = request.path === undefined ? null : pathOf(graph, request.path);
	const picture =
		format === 'mermaid'
			? mermaidText(graph, { path, withLegend })
			: await drawSvg(graph, { path, withLegend });
	const data = format === 'png' ? await pngOf(picture) : picture;
	if (output === undefined) terminal.out(data);
	else {
		await writeOutput(output, data);
		terminal.err(
			`${output}: ${format} written, ${graph.node_configs.length} nodes, ${graph.edge_configs.length} edges\n`,
		);
	}
	return EXIT_CODES.fine;
}

/** The nodes named, in order, and of the edges that join two neighbors the first. */
function pathOf(graph: Graph, names: string): DrawnPath {
	const nodeIds = names.split(',').map((name) => nodeIdOf(graph, name.trim()));
	const edgeIds = nodeIds.slice(1).flatMap((to, index) => {
		const edges = graph.edgesBySource.get(nodeIds[index] ?? '') ?? [];
		return edges.find((edge) => edge.destination_node_logical_id === to)?.logical_id ?? [];
	});
	return { nodeIds, edgeIds };
}

function nodeIdOf(graph: Graph, name: string): string {
	const node = graph.nodesById.get(name) ?? graph.node_configs.find((candidate) => candidate.name === name);
	if (node?.logical_id === undefined || node.logical_id === null) {
		throw new InputError('NODE_UNKNOWN', `The graph has no node with the id or name "${name}".`, {
			advice: 'Name nodes of the graph, separated by commas.',
		});
	}
	return node.logical_id;
}
