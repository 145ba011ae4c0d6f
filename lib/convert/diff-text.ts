/** A difference between two graphs as text for people: one line a change, long texts word by word. */

import type { Json } from '../json';
import { isJsonObject } from '../json';
import type { Change } from './change';
import type { DiffStatus, EdgeDiff, GraphDiff, NodeDiff } from './diff';

const MARKS: Record<DiffStatus, string> = { added: '+', removed: '-', modified: '~' };
/** Values longer than this are shown around the place where they differ. */
const MAX_VALUE_LENGTH = 72;

export function diffText(diff: GraphDiff): string {
	const sections = [
		section('Workflow settings', diff.workflow_config_changes.map(changeLine)),
		section('Beside the workflow', diff.document_changes.map(changeLine)),
		section(
			'Nodes',
			diff.nodes.flatMap((entry) => elementLines(entry, entry.node_type, 'node')),
		),
		section(
			'Edges',
			diff.edges.flatMap((entry) => elementLines(entry, entry.edge_type, 'edge')),
		),
	].filter((text) => text !== '');
	return sections.length === 0 ? 'No differences.\n' : `${sections.join('\n')}\n${summaryLine(diff)}\n`;
}

function section(title: string, lines: readonly string[]): string {
	return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function elementLines(entry: NodeDiff | EdgeDiff, type: string | null, kind: string): string[] {
	const label = entry.name === null ? entry.logical_id || `a ${kind} without id` : `"${entry.name}"`;
	const id = entry.name === null || entry.logical_id === '' ? '' : ` [${entry.logical_id}]`;
	const head = `${MARKS[entry.status]} ${label} (${type ?? 'no type'})${id}`;
	return [head, ...entry.changes.map((change) => `    ${changeLine(change)}`)];
}

function changeLine({ path, old_value, new_value }: Change): string {
	const [before, after] = valuePair(old_value, new_value);
	return `${path}: ${before} → ${after}`;
}

/** Both values as short text; of two long texts the part that differs, with a little around it. */
function valuePair(old: Json, fresh: Json): [string, string] {
	const [before, after] = [valueText(old), valueText(fresh)];
	if (before.length <= MAX_VALUE_LENGTH && after.length <= MAX_VALUE_LENGTH) return [before, after];
	let start = 0;
	while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
	return [excerpt(before, start), excerpt(after, start)];
}

function excerpt(text: string, differsAt: number): string {
	if (text.length <= MAX_VALUE_LENGTH) return text;
	const start = Math.max(0, Math.min(differsAt - 20, text.length - MAX_VALUE_LENGTH));
	const end = start + MAX_VALUE_LENGTH;
	return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}

function valueText(value: Json): string {
	if (value === null) return 'none';
	if (typeof value === 'string' || Array.isArray(value) || isJsonObject(value)) return JSON.stringify(value);
	return String(value);
}

function summaryLine({ summary, document_changes }: GraphDiff): string {
	const counts: Array<[number, string]> = [
		[summary.nodes_added, 'node(s) added'],
		[summary.nodes_removed, 'node(s) removed'],
		[summary.nodes_modified, 'node(s) changed'],
		[summary.edges_added, 'edge(s) added'],
		[summary.edges_removed, 'edge(s) removed'],
		[summary.edges_modified, 'edge(s) changed'],
		[summary.workflow_config_changes + document_changes.length, 'setting(s) changed'],
	];
	return counts
		.filter(([count]) => count > 0)
		.map(([count, words]) => `${count} ${count === 1 ? words.replace('(s)', '') : words.replace('(s)', 's')}`)
		.join(', ');
}
