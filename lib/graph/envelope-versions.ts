/** Workflows, versions, bundles, runs and super nodes: where in them the hydrated graphs lie (1.3–1.7). */

import { isJsonObject, type Json, type JsonObject } from '../json';
import {
	type DocumentKind,
	empty,
	type Envelope,
	EXPECTED,
	type FoundVersion,
	single,
	unknownDocument,
} from './document-kind';
import { plainNumber } from './exact-json';
import { anError, type Fault, pathTo } from './fault';

export function versionAt(raw: JsonObject | null, path: string, number = 0): FoundVersion {
	return { number, name: null, path, raw, isMarkedActive: false, isMade: false };
}

export function asNumber(value: Json | undefined): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : plainNumber(value);
	return typeof number === 'number' && Number.isInteger(number) ? number : null;
}

export function asText(value: Json | undefined): string | null {
	return typeof value === 'string' ? value : null;
}

/** Descends through `workflow_config` until the hydrated object, as 1.3 says. */
export function descend(
	start: Json | undefined,
	startPath: string,
): { raw: JsonObject | null; path: string; isHydrated: boolean } {
	let value = start;
	let path = startPath;
	while (
		isJsonObject(value) &&
		!('node_configs' in value || 'edge_configs' in value) &&
		isJsonObject(value.workflow_config)
	) {
		value = value.workflow_config;
		path = pathTo(path, 'workflow_config');
	}
	if (!isJsonObject(value)) return { raw: null, path, isHydrated: false };
	return { raw: value, path, isHydrated: 'node_configs' in value || 'edge_configs' in value };
}

export function workflowOf(document: JsonObject, path: string): Envelope {
	const number = asNumber(document.active_version_number) ?? 0;
	const { found, kind, faults } = graphIn(document, path);
	const envelope: Envelope = {
		...single(kind, { ...found, number, isMarkedActive: true }),
		name: asText(document.name),
		faults,
	};
	if (!Array.isArray(document.versions)) return envelope;
	const others = versionsOf(document.versions, pathTo(path, 'versions')).filter(
		(one) => one.raw !== null && one.number !== number,
	);
	return { ...envelope, versions: [...envelope.versions, ...others] };
}

/** The graph of a workflow object: hydrated, none yet, or only named by ids. */
function graphIn(
	document: JsonObject,
	path: string,
): { found: FoundVersion; kind: DocumentKind; faults: Fault[] } {
	const at = pathTo(path, 'workflow_config');
	const { raw, path: reached, isHydrated } = descend(document, path);
	if (isHydrated) return { found: versionAt(raw, reached), kind: 'workflow', faults: [] };
	const config = reached === path ? document.workflow_config : raw;
	if (config === null || (isJsonObject(config) && !hasIds(config))) {
		// Null: a workflow created without a config (1.3). It has no nodes, and that is no fault.
		return { found: { ...versionAt(bareGraph(config), at), isMade: true }, kind: 'workflow', faults: [] };
	}
	const message = isJsonObject(config)
		? 'the workflow is not hydrated: it names its nodes and edges by id and does not hold them'
		: 'the workflow does not hold its graph';
	const advice = 'Export it again with fully_hydrate=true, or as a bundle.';
	const faults = [anError({ rule: 'R-01', path: reached, message, advice })];
	return { found: versionAt(null, reached), kind: 'not_hydrated', faults };
}

export function versionOf(document: JsonObject, path: string, active: Json | undefined): Envelope {
	const [given] = versionsOf([document], path, path);
	if (given === undefined) return unknownDocument(`not a workflow document: ${EXPECTED}`);
	// Null: a version of a workflow created without a config (1.3).
	const isNull = given.raw === null && document.workflow_config === null && !isJsonObject(document.config);
	const found = isNull ? { ...given, raw: bareGraph(null), isMade: true } : given;
	const envelope = {
		...single('version', found),
		activeVersion: asNumber(active) ?? (found.isMarkedActive ? found.number : null),
	};
	if (found.raw !== null) return envelope;
	const message = 'the version does not hold its graph';
	const advice = 'Export the version with fully_hydrate=true.';
	return { ...envelope, kind: 'not_hydrated', faults: [anError({ rule: 'R-01', path, message, advice })] };
}

export function versionsOf(rows: Json[], listPath: string, ownPath?: string): FoundVersion[] {
	return rows.flatMap((row, index): FoundVersion[] => {
		if (!isJsonObject(row)) return [];
		const path = ownPath ?? pathTo(listPath, index);
		const key = isJsonObject(row.workflow_config) || !('config' in row) ? 'workflow_config' : 'config';
		const isOwnGraph = 'node_configs' in row || 'edge_configs' in row;
		const found = isOwnGraph ? descend(row, path) : descend(row[key], pathTo(path, key));
		const isBare = !found.isHydrated && found.raw !== null && !hasIds(found.raw);
		const raw = found.isHydrated ? found.raw : isBare ? bareGraph(found.raw) : null;
		return [
			{
				number: asNumber(row.version_number) ?? index,
				name: asText(row.version_name),
				path: found.path,
				raw,
				isMarkedActive: row.is_active === true,
				isMade: isBare,
			},
		];
	});
}

function hasIds(config: JsonObject): boolean {
	return [config.nodes, config.edges].some((ids) => Array.isArray(ids) && ids.length > 0);
}

function bareGraph(config: JsonObject | null): JsonObject {
	return { workflow_config: config, node_configs: [], edge_configs: [] };
}

export function runOf(document: JsonObject, path: string): Envelope {
	const part = { value: document, path };
	const at = pathTo(path, 'workflow_config_fully_hydrated');
	const found = descend(document.workflow_config_fully_hydrated, at);
	const number = asNumber(document.workflow_version_number ?? document.version_number) ?? 0;
	if (found.isHydrated) return { ...single('run', versionAt(found.raw, found.path, number)), part };
	const message = 'the run record does not hold its graph';
	const advice = 'Ask for the run with its hydrated workflow config.';
	return { ...empty('run'), part, faults: [anError({ rule: 'R-01', path: at, message, advice })] };
}

export function superNodeOf(document: JsonObject, path: string): Envelope {
	// The preview of an expansion has a graph of its own (1.8.7).
	const key = isJsonObject(document.expanded_config) ? 'expanded_config' : 'encapsulated_workflow_config';
	const at = pathTo(path, key);
	const found = descend(document[key], at);
	const number = asNumber(document.workflow_version_number ?? document.version_number) ?? 0;
	const envelope = { ...empty('super_node'), name: asText(document.name), part: { value: document, path } };
	if (found.isHydrated)
		return { ...envelope, versions: [versionAt(found.raw, found.path, number)], activeVersion: number };
	const message = 'the super node does not hold its embedded graph';
	return {
		...envelope,
		faults: [anError({ rule: 'R-01', path: at, message, advice: 'Ask for the super node with its graph.' })],
	};
}
