/** Which node of a target graph stands for which node of the source (R10.3). */

import type { Graph } from '../graph/graph';
import { nodeAt } from '../graph/interior';
import type { Node } from '../graph/node';
import type { NodeMatch, RerunMode } from './rerun-contract';
import { inputRefused } from './refusals';

export interface Matching {
	matches: NodeMatch[];
	byId: ReadonlyMap<string, string>;
	unmapped: string[];
}

/** By the caller's map, else by id, else by a name that is unique on both sides; types must agree. */
export function matchNodes(source: Graph, target: Graph, stated: Record<string, string> = {}): Matching {
	const explicit = readMap(source, target, stated);
	const sourceNames = uniqueNames(source);
	const targetNames = uniqueNames(target);
	const matches: NodeMatch[] = [];
	const unmapped: string[] = [];
	for (const [id, node] of source.nodesById) {
		const same = target.nodesById.get(id);
		const named =
			node.name !== null && sourceNames.get(node.name) === id ? targetNames.get(node.name) : undefined;
		const candidates = [
			{ found: explicit.get(id), matchedBy: 'explicit' as const },
			{ found: same?.type === node.type ? same : undefined, matchedBy: 'identity' as const },
			{ found: named === undefined ? undefined : target.nodesById.get(named), matchedBy: 'name' as const },
		];
		const match = candidates.find(
			({ found, matchedBy }) => found !== undefined && (matchedBy === 'explicit' || found.type === node.type),
		);
		if (match?.found === undefined) {
			unmapped.push(id);
			continue;
		}
		matches.push({
			sourceId: id,
			targetId: match.found.logical_id ?? '',
			matchedBy: match.matchedBy,
			sourceName: node.name,
			targetName: match.found.name,
		});
	}
	return { matches, unmapped, byId: new Map(matches.map(({ sourceId, targetId }) => [sourceId, targetId])) };
}

/** The caller's map, by source id; a super node stands for the start of its interior. */
function readMap(source: Graph, target: Graph, stated: Record<string, string>): Map<string, Node> {
	return new Map(
		Object.entries(stated).map(([from, to]) => {
			const [sourceNode, targetNode] = [nodeAt(source, from), nodeAt(target, to)];
			if (sourceNode !== undefined && targetNode !== undefined)
				return [sourceNode.logical_id ?? '', targetNode];
			throw inputRefused(
				'node_id_map',
				`there is no node "${sourceNode === undefined ? from : to}"`,
				'Name nodes of the source and of the target.',
			);
		}),
	);
}

/** Names that one node alone bears. */
function uniqueNames(graph: Graph): Map<string, string> {
	const ids = new Map<string, string | null>();
	for (const [id, { name }] of graph.nodesById) {
		if (name !== null) ids.set(name, ids.has(name) ? null : id);
	}
	return new Map([...ids].filter((entry): entry is [string, string] => entry[1] !== null));
}

const modes: readonly RerunMode[] = ['PORTABLE', 'REMAPPED', 'EXACT'];

/** True when `mode` is at least as close as `wanted`. */
export function reaches(mode: RerunMode, wanted: RerunMode): boolean {
	return modes.indexOf(mode) >= modes.indexOf(wanted);
}
