/** Export bundles and their import (1.7), tool bundles (1.8.5), and clones. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { InputError } from '../errors';
import { platformForm } from './additions';
import { anError, type Fault } from './fault';
import type { ParsedDocument, ParsedVersion } from './parse';
import { applySecretOverrides, redactSecrets } from './secrets';

/** A version as it is stored. */
export interface StoredVersion {
	number: number;
	name: string | null;
	/** The hydrated workflow (1.2). */
	raw: JsonObject;
}

export interface ExportRequest {
	versions: readonly StoredVersion[];
	/** Numbers to export. Default all. */
	chosen?: readonly number[];
	/** The live version; it must be among the exported ones. */
	activeVersion: number;
	/** Name of the workflow, written into the config of every version. Default: as it is. */
	name?: string;
	/** `clear` keeps secrets in the file. Default `redact`. */
	secrets?: 'redact' | 'clear';
	/** `platform`: our additions move into `miscellaneous` (4.4). Default `platform`. */
	form?: 'platform' | 'own';
}

/**
 * Writes a bundle in layout `v2`. Blanked secrets are listed by dotted path in `redactions`, a key of
 * ours that the platform passes over.
 *
 * @throws {InputError} `ACTIVE_VERSION_NOT_EXPORTED` or `VERSION_NOT_FOUND`.
 */
export function exportBundle(request: ExportRequest): JsonObject {
	const { versions, activeVersion, name } = request;
	const chosen = request.chosen ?? versions.map(({ number }) => number);
	const missing = chosen.filter((number) => !versions.some((version) => version.number === number));
	if (missing.length > 0) {
		throw new InputError(
			'VERSION_NOT_FOUND',
			`The export asks for version ${missing.join(', ')}, which does not exist.`,
			{
				advice: `Choose among ${versions.map(({ number }) => number).join(', ') || 'none'}.`,
			},
		);
	}
	if (!chosen.includes(activeVersion)) {
		throw new InputError('ACTIVE_VERSION_NOT_EXPORTED', 'active version must be exported (R-83).', {
			advice: `Add ${activeVersion} to the versions to export, or name another active version.`,
		});
	}
	const entries = versions
		.filter(({ number }) => chosen.includes(number))
		.map((version): JsonObject => {
			const named = name === undefined ? version.raw : withName(version.raw, name);
			const raw = request.form === 'own' ? named : platformForm(named);
			return { version_number: version.number, version_name: version.name, workflow_config: raw };
		});
	const bundle: JsonObject = { versions: entries, active_version_number: activeVersion };
	if (request.secrets === 'clear') return { ...bundle, warnings: [] };
	const { document, redactions } = redactSecrets(bundle);
	const warnings =
		redactions.length === 0 ? [] : [`${redactions.length} secret fields were left out; see redactions`];
	return { ...document, warnings, redactions };
}

export interface ImportSelection {
	/** Numbers to import. Default: what the import body says, else version 0, as the server does. */
	versions?: readonly number[];
	activeVersion?: number;
	name?: string;
}

export interface ImportedBundle {
	versions: Array<StoredVersion & { graph: NonNullable<ParsedVersion['graph']> }>;
	activeVersion: number;
	name: string | null;
	/** Why nothing is imported; empty when all of it is. */
	faults: Fault[];
}

/**
 * Chooses the versions to import by the rules of 1.7: all that are named, or version 0; when a file
 * holds one version only, that one. Nothing is imported when anything named is missing or refused.
 */
export function selectVersions(document: ParsedDocument, selection: ImportSelection = {}): ImportedBundle {
	const { versions: found } = document;
	const present = found.filter(
		({ graph, number }, index) =>
			graph !== null && found.findIndex((one) => one.graph !== null && one.number === number) === index,
	);
	const only = present.length === 1 ? present[0] : undefined;
	const wanted = selection.versions ?? document.selection?.versions ?? [only?.number ?? 0];
	const name = selection.name ?? document.name;
	const faults: Fault[] = [];
	if (document.isBlocked) {
		return { versions: [], activeVersion: wanted[0] ?? 0, name, faults: document.faults };
	}
	const refuse = (message: string) => {
		const advice = `The file holds ${present.map(({ number }) => number).join(', ') || 'no graph'}; choose among these.`;
		faults.push(anError({ rule: 'R-83', path: '$.versions', message, advice }));
	};
	for (const number of wanted) {
		if (!present.some((version) => version.number === number)) refuse(`version ${number} is not in the file`);
	}
	const stated = selection.activeVersion ?? document.activeVersion;
	const active = stated !== null && wanted.includes(stated) ? stated : (wanted[0] ?? 0);
	if (selection.activeVersion !== undefined && !wanted.includes(selection.activeVersion)) {
		refuse(`active version must be imported: ${selection.activeVersion} is not among the chosen ones`);
	}
	if (faults.length > 0) return { versions: [], activeVersion: active, name, faults };
	const chosen = present.flatMap(({ number, name: label, raw, graph }) => {
		if (!wanted.includes(number) || raw === null || graph === null) return [];
		return [
			{ number, name: label, raw: name === null || name === nameIn(raw) ? raw : withName(raw, name), graph },
		];
	});
	return { versions: chosen, activeVersion: active, name, faults };
}

function nameIn(raw: JsonObject): string | null {
	return isJsonObject(raw.workflow_config) && typeof raw.workflow_config.name === 'string'
		? raw.workflow_config.name
		: null;
}

/** The graph with another name in its workflow config; everything else, and the order, stays. */
export function withName(raw: JsonObject, name: string): JsonObject {
	const config = isJsonObject(raw.workflow_config) ? raw.workflow_config : {};
	return withKey(raw, 'workflow_config', withKey(config, 'name', name));
}

/**
 * A copy of a graph for a new workflow: logical ids stay, so that variables, triggers and mappings that
 * name them keep their meaning; what the platform assigned (`workflow_id`) is cleared.
 */
export function cloneGraph(raw: JsonObject, name?: string): JsonObject {
	const cleared = (value: Json): Json =>
		isJsonObject(value) && typeof value.workflow_id === 'string'
			? withKey(value, 'workflow_id', null)
			: value;
	const list = (value: Json | undefined): Json =>
		Array.isArray(value) ? value.map(cleared) : (value ?? null);
	let copy = raw;
	for (const key of ['node_configs', 'edge_configs'] as const)
		if (key in copy) copy = withKey(copy, key, list(copy[key]));
	return name === undefined ? copy : withName(copy, name);
}

function withKey(object: JsonObject, key: string, value: Json): JsonObject {
	const entries = Object.entries(object).map(([name, old]): [string, Json] => [
		name,
		name === key ? value : old,
	]);
	return Object.fromEntries(key in object ? entries : [...entries, [key, value]]);
}

export interface ToolExport {
	tool: JsonObject;
	id: string;
	exportedAt: Date;
}

/** A tool bundle: secrets blanked, their paths (from the tool config) in `redactions`. */
export function exportTool({ tool, id, exportedAt }: ToolExport): JsonObject {
	const { document, redactions } = redactSecrets(tool);
	const warnings = tool.type === 'inline_python' ? ['this bundle contains code'] : [];
	return {
		export_format: 1,
		exported_at: exportedAt.toISOString(),
		source_tool_id: id,
		source_tool_name: tool.name ?? null,
		tool_type: tool.type ?? null,
		tool_config: document,
		redactions,
		warnings,
	};
}

export interface ToolImport {
	bundle: JsonObject;
	/** Must be true for `inline_python`. Default false. */
	confirmExecutable?: boolean;
	nameOverride?: string;
	/** Dotted path → value, answers `redactions`. */
	secretOverrides?: Readonly<Record<string, string>>;
	/** Which knowledge bases exist; given, others are dropped (`clear_unresolved_refs`). */
	knownKnowledgeBases?: ReadonlySet<string>;
}

/**
 * The tool config of a bundle, ready to store, and notes about what was dropped or is still missing.
 * @throws {InputError} `TOOL_BUNDLE_INVALID`, or `TOOL_BUNDLE_NEEDS_CONFIRMATION`.
 */
export function importTool(request: ToolImport): { tool: JsonObject; warnings: string[] } {
	const { bundle } = request;
	const config = bundle.tool_config;
	if (!isJsonObject(config) || typeof config.type !== 'string') {
		throw new InputError('TOOL_BUNDLE_INVALID', 'The tool bundle holds no tool_config with a type.', {
			place: '$.tool_config',
			advice: 'Export the tool again.',
		});
	}
	if (config.type === 'inline_python' && request.confirmExecutable !== true) {
		throw new InputError(
			'TOOL_BUNDLE_NEEDS_CONFIRMATION',
			'this bundle contains code; confirm to import (R-72).',
			{
				place: '$.tool_config.code',
				advice: 'Read the code, then import again with confirm_executable set to true.',
			},
		);
	}
	const warnings: string[] = [];
	const { document, missing } = applySecretOverrides(config, request.secretOverrides ?? {});
	for (const path of missing) warnings.push(`secret_overrides: ${path} is not a field of this tool`);
	let tool = document;
	const ids = tool.target_knowledge_base_ids;
	const known = request.knownKnowledgeBases;
	if (known !== undefined && Array.isArray(ids)) {
		const kept = ids.filter((id) => typeof id === 'string' && known.has(id));
		if (kept.length < ids.length)
			warnings.push(`${ids.length - kept.length} knowledge bases do not exist here and were dropped`);
		tool = withKey(tool, 'target_knowledge_base_ids', kept);
	}
	const answered = new Set(Object.keys(request.secretOverrides ?? {}));
	for (const path of Array.isArray(bundle.redactions) ? bundle.redactions : []) {
		if (typeof path === 'string' && !answered.has(path))
			warnings.push(`secret ${path} was left out of the bundle and is still to be set`);
	}
	if (request.nameOverride !== undefined) tool = withKey(tool, 'name', request.nameOverride);
	return { tool, warnings };
}
