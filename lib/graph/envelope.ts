/** Recognizes which document this is (1.1) by the presence of keys, and finds the graphs inside. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { anError, type Fault, pathTo } from './fault';

export type DocumentKind =
	/** `node_configs` or `edge_configs` at the top (1.2). */
	| 'hydrated'
	/** A workflow answer or document around a hydrated graph (1.3). */
	| 'workflow'
	/** A workflow whose nodes and edges are only named by id (1.4). */
	| 'not_hydrated'
	/** One saved version (1.6). */
	| 'version'
	/** An export bundle, layout `v2` or flat, or the import body around one (1.7). */
	| 'bundle'
	| 'node'
	| 'edge'
	| 'tool'
	| 'llm_config'
	| 'tool_bundle'
	| 'variable'
	| 'node_library'
	| 'workflow_template'
	/** A super node's description with the embedded graph (1.8.7). */
	| 'super_node'
	/** A run record (2.17). */
	| 'run'
	/** Rows of any of these (1.9). */
	| 'list'
	| 'unknown';

/** One graph found in a document, not yet built. */
export interface FoundVersion {
	/** `version_number`, else the position. */
	number: number;
	name: string | null;
	/** JSON path of the hydrated object. */
	path: string;
	/** The hydrated object; null when the version holds none. */
	raw: JsonObject | null;
	isMarkedActive: boolean;
}

export interface Envelope {
	kind: DocumentKind;
	versions: FoundVersion[];
	/** The active number as the document states it, or null. */
	activeVersion: number | null;
	/** What the import body asks for (1.7), or null. */
	selection: { versions: number[] | null; name: string | null } | null;
	/** Standalone documents: the node, edge, tool or model config itself. */
	part: { value: JsonObject; path: string } | null;
	/** Lists: the rows. */
	rows: Array<{ value: Json; path: string }>;
	/** Name as the document gives it outside of the graph. */
	name: string | null;
	faults: Fault[];
}

const EXPECTED = 'expected node_configs, workflow, version or versions';
const AUDIT_KEYS = ['_id', 'id', 'team_id'] as const;
const ROW_KEYS = [
	'items',
	'data',
	'workflows',
	'versions',
	'llm_configs',
	'variables',
	'nodes',
	'edges',
	'tools',
	'runs',
	'workflow_runs',
	'node_libraries',
	'workflow_templates',
	'super_nodes',
	'templates',
	'results',
] as const;
/** Wrapper key, config key, kind (1.8). */
const PARTS: ReadonlyArray<readonly [string, string, DocumentKind]> = [
	['node', 'node_config', 'node'],
	['edge', 'edge_config', 'edge'],
	['tool', 'tool_config', 'tool'],
	['llm_config', 'config', 'llm_config'],
	['node_library', 'node_library_config', 'node_library'],
	['workflow_template', 'workflow_template_config', 'workflow_template'],
];

export function findGraphs(document: Json): Envelope {
	if (!isJsonObject(document)) return unknownDocument(`not a workflow document: ${EXPECTED}`);
	return recognize(document, '$');
}

function recognize(document: JsonObject, path: string): Envelope {
	const isAudited = AUDIT_KEYS.some((key) => key in document);
	const { bundle, versions, workflow, version } = document;
	if (isJsonObject(bundle)) return importBody(document, bundle, path);
	if (Array.isArray(versions) && !(isAudited && isJsonObject(document.workflow_config)))
		return bundleOf(document, versions, path);
	if ('node_configs' in document || 'edge_configs' in document)
		return single('hydrated', versionAt(document, path));
	if ('workflow_config_fully_hydrated' in document) return runOf(document, path);
	for (const wrapper of ['workflow_run', 'run'] as const) {
		const inner = document[wrapper];
		if (isJsonObject(inner) && 'workflow_config_fully_hydrated' in inner)
			return runOf(inner, pathTo(path, wrapper));
	}
	if (isJsonObject(workflow) && !('_id' in document || 'id' in document || 'workflow_config' in document)) {
		return workflowOf(workflow, pathTo(path, 'workflow'));
	}
	if (isJsonObject(version))
		return versionOf(version, pathTo(path, 'version'), document.parent_active_version);
	if ('version_number' in document && ('workflow_config' in document || 'config' in document)) {
		return versionOf(document, path, document.parent_active_version);
	}
	if (isJsonObject(document.super_node)) return superNodeOf(document.super_node, pathTo(path, 'super_node'));
	if ('encapsulated_workflow_config' in document && document.type === undefined)
		return superNodeOf(document, path);
	const standalone = partOf(document, path);
	if (standalone !== null) return standalone;
	if ('workflow_config' in document) return workflowOf(document, path);
	return listOf(document, path) ?? unknownDocument(whyUnknown(document));
}

function empty(kind: DocumentKind): Envelope {
	return {
		kind,
		versions: [],
		activeVersion: null,
		selection: null,
		part: null,
		rows: [],
		name: null,
		faults: [],
	};
}

function single(kind: DocumentKind, found: FoundVersion): Envelope {
	return { ...empty(kind), versions: [found], activeVersion: found.number };
}

function unknownDocument(message: string): Envelope {
	const advice = 'Export the workflow with its graph (fully hydrated), or as a bundle, and import that file.';
	return { ...empty('unknown'), faults: [anError({ rule: 'R-01', path: '$', message, advice })] };
}

function whyUnknown(document: JsonObject): string {
	const isError = ('error' in document || 'detail' in document) && !('type' in document);
	if (isError) return `not a workflow document but an error answer of the API: ${EXPECTED}`;
	const isNodes = Array.isArray(document.nodes) && document.nodes.some(isJsonObject);
	return `not a workflow document: ${EXPECTED}${isNodes ? '; nodes and edges belong in node_configs and edge_configs' : ''}`;
}

function versionAt(raw: JsonObject | null, path: string, number = 0): FoundVersion {
	return { number, name: null, path, raw, isMarkedActive: false };
}

function asNumber(value: Json | undefined): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isInteger(number) ? number : null;
}

function asText(value: Json | undefined): string | null {
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

function workflowOf(document: JsonObject, path: string): Envelope {
	const number = asNumber(document.active_version_number) ?? 0;
	const found = graphIn(document, path);
	const envelope: Envelope = {
		...single(found.kind === 'not_hydrated' ? 'not_hydrated' : 'workflow', {
			...versionAt(found.raw, found.path, number),
			isMarkedActive: true,
		}),
		name: asText(document.name),
		faults: found.faults,
	};
	if (Array.isArray(document.versions)) {
		const others = versionsOf(document.versions, pathTo(path, 'versions')).filter(
			(one) => one.raw !== null && one.number !== number,
		);
		envelope.versions.push(...others);
	}
	return envelope;
}

/** The graph of a workflow or version object: hydrated, empty, or only ids. */
function graphIn(
	document: JsonObject,
	path: string,
): { kind: 'hydrated' | 'not_hydrated'; raw: JsonObject | null; path: string; faults: Fault[] } {
	const found = descend(document, path);
	if (found.isHydrated) return { kind: 'hydrated', raw: found.raw, path: found.path, faults: [] };
	const nodesPath = pathTo(path, 'workflow_config');
	if (found.path === path) {
		// `workflow_config` is null or missing: a workflow created without a graph.
		return {
			kind: 'hydrated',
			raw: { workflow_config: null, node_configs: [], edge_configs: [] },
			path: nodesPath,
			faults: [],
		};
	}
	const config = found.raw ?? {};
	const named = [config.nodes, config.edges].some((ids) => Array.isArray(ids) && ids.length > 0);
	if (!named)
		return {
			kind: 'hydrated',
			raw: { workflow_config: config, node_configs: [], edge_configs: [] },
			path: nodesPath,
			faults: [],
		};
	const message = 'the workflow is not hydrated: it names its nodes and edges by id and does not hold them';
	const advice = 'Export it again with fully_hydrate=true, or as a bundle.';
	return {
		kind: 'not_hydrated',
		raw: null,
		path: found.path,
		faults: [anError({ rule: 'R-01', path: found.path, message, advice })],
	};
}

function versionOf(document: JsonObject, path: string, active: Json | undefined): Envelope {
	const [found] = versionsOf([document], path, path);
	if (found === undefined) return unknownDocument(`not a workflow document: ${EXPECTED}`);
	const envelope = {
		...single('version', found),
		activeVersion: asNumber(active) ?? (found.isMarkedActive ? found.number : null),
	};
	if (found.raw !== null) return envelope;
	const message = 'the version does not hold its graph';
	const advice = 'Export the version with fully_hydrate=true.';
	return { ...envelope, kind: 'not_hydrated', faults: [anError({ rule: 'R-01', path, message, advice })] };
}

function versionsOf(rows: Json[], listPath: string, ownPath?: string): FoundVersion[] {
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

function bundleOf(document: JsonObject, rows: Json[], path: string): Envelope {
	const versions = versionsOf(rows, pathTo(path, 'versions'));
	const faults: Fault[] = rows.flatMap((row, index) => {
		const at = pathTo(path, 'versions', index);
		if (isJsonObject(row)) return [];
		return [
			anError({ rule: 'R-04', path: at, message: `${at} must be an object`, advice: 'Remove the element.' }),
		];
	});
	const stated =
		asNumber(document.active_version_number) ?? versions.find((one) => one.isMarkedActive)?.number ?? null;
	if ('node_configs' in document || 'edge_configs' in document)
		placeFlatGraph({ document, path, versions, stated });
	const active =
		stated ??
		versions.find((one) => one.raw !== null && one.number === 0)?.number ??
		versions.find((one) => one.raw !== null)?.number ??
		null;
	if (versions.every((one) => one.raw === null) && faults.length === 0) {
		const message =
			versions.length === 0 ? 'the bundle holds no version' : 'no version of the bundle holds its graph';
		faults.push(
			anError({
				rule: 'R-01',
				path,
				message,
				advice: 'Export the bundle again and name the versions to export.',
			}),
		);
	}
	const config = document.workflow_config;
	const name = asText(document.name) ?? (isJsonObject(config) ? asText(config.name) : null);
	return { ...empty('bundle'), versions, activeVersion: active, name, faults };
}

/** Flat layout (1.7): the graph at the top is the active one. */
function placeFlatGraph(given: {
	document: JsonObject;
	path: string;
	versions: FoundVersion[];
	stated: number | null;
}): void {
	const { document, path, versions, stated } = given;
	const owner = versions.find((one) => one.number === stated) ?? versions.find((one) => one.raw === null);
	if (owner === undefined) {
		if (versions.length === 0)
			versions.push({ ...versionAt(document, path, stated ?? 0), isMarkedActive: true });
		return;
	}
	if (owner.raw !== null) return;
	owner.raw = document;
	owner.path = path;
	owner.isMarkedActive = true;
}

function importBody(document: JsonObject, bundle: JsonObject, path: string): Envelope {
	const inner = recognize(bundle, pathTo(path, 'bundle'));
	const chosen = document.versions_to_import;
	const versions = Array.isArray(chosen) ? chosen.flatMap((one) => asNumber(one) ?? []) : null;
	const name = asText(document.workflow_name) ?? asText(document.name_override);
	const activeVersion = asNumber(document.active_version_number) ?? inner.activeVersion;
	return { ...inner, activeVersion, selection: { versions, name } };
}

function runOf(document: JsonObject, path: string): Envelope {
	const at = pathTo(path, 'workflow_config_fully_hydrated');
	const found = descend(document.workflow_config_fully_hydrated, at);
	if (found.isHydrated)
		return single(
			'run',
			versionAt(
				found.raw,
				found.path,
				asNumber(document.workflow_version_number ?? document.version_number) ?? 0,
			),
		);
	const message = 'the run record does not hold its graph';
	const advice = 'Ask for the run with its hydrated workflow config.';
	return { ...empty('run'), faults: [anError({ rule: 'R-01', path: at, message, advice })] };
}

function superNodeOf(document: JsonObject, path: string): Envelope {
	const at = pathTo(path, 'encapsulated_workflow_config');
	const found = descend(document.encapsulated_workflow_config, at);
	const number = asNumber(document.workflow_version_number) ?? 0;
	const envelope = { ...empty('super_node'), name: asText(document.name), part: { value: document, path } };
	if (found.isHydrated)
		return { ...envelope, versions: [versionAt(found.raw, found.path, number)], activeVersion: number };
	const message = 'the super node does not hold its embedded graph';
	return {
		...envelope,
		faults: [anError({ rule: 'R-01', path: at, message, advice: 'Ask for the super node with its graph.' })],
	};
}

function partOf(document: JsonObject, path: string): Envelope | null {
	for (const [wrapper, configKey, kind] of PARTS) {
		const inner = document[wrapper];
		if (isJsonObject(inner)) {
			const config = inner[configKey];
			if (isJsonObject(config))
				return { ...empty(kind), part: { value: config, path: pathTo(path, wrapper, configKey) } };
			if (typeof inner.type === 'string')
				return { ...empty(kind), part: { value: inner, path: pathTo(path, wrapper) } };
		}
		const config = document[configKey];
		if (!isJsonObject(config)) continue;
		const isBundle = kind === 'tool' && ('export_format' in document || 'redactions' in document);
		if (kind === 'llm_config' && !('llm_config_id' in document) && typeof config.type !== 'string') continue;
		return {
			...empty(isBundle ? 'tool_bundle' : kind),
			part: { value: config, path: pathTo(path, configKey) },
		};
	}
	if (isJsonObject(document.variable))
		return { ...empty('variable'), part: { value: document.variable, path: pathTo(path, 'variable') } };
	const type = document.type ?? document.node_type ?? document.edge_type ?? document.tool_type;
	if (typeof type === 'string') {
		const kind = bareKind(document, type);
		if (kind !== null) return { ...empty(kind), part: { value: document, path } };
	}
	return null;
}

/** A bare config as create bodies carry it (1.5): told apart by what its type or keys say. */
function bareKind(document: JsonObject, type: string): DocumentKind | null {
	if ('edge_type' in document || 'source_node_logical_id' in document || 'source' in document) return 'edge';
	if ('tool_type' in document) return 'tool';
	if (/^(direct|conditional|companion)$/.test(type)) return 'edge';
	if (/^(inline_python|inbuilt_function|external_api|knowledge_base|codebase_function)$/.test(type))
		return 'tool';
	if (/_llm$/.test(type) && !/^(say|worker)_llm$/.test(type)) return 'llm_config';
	if (/^llm_group/.test(type)) return 'llm_config';
	return 'node';
}

function listOf(document: JsonObject, path: string): Envelope | null {
	if (Array.isArray(document.nodes) && Array.isArray(document.edges)) return null;
	const config = document.config;
	if (isJsonObject(config)) return workflowOf({ workflow_config: config }, path);
	for (const key of ROW_KEYS) {
		const rows = document[key];
		if (!Array.isArray(rows)) continue;
		const isRows = rows.every(isJsonObject) && (rows.length > 0 || 'total' in document);
		if (!isRows) continue;
		return {
			...empty('list'),
			rows: rows.map((value, index) => ({ value, path: pathTo(path, key, index) })),
		};
	}
	return null;
}
