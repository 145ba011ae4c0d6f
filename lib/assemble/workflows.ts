/** Documents into the store and out of it: import, further versions, export; whole or not at all. */

import { randomUUID } from 'node:crypto';
import { InputError, RunError } from '../errors';
import { platformForm } from '../graph/additions';
import { cloneGraph, exportBundle, withName, type StoredVersion } from '../graph/bundle';
import type { Fault } from '../graph/fault';
import { parseDocument, type ParsedDocument, type ParsedVersion } from '../graph/parse';
import { refuseDocument } from '../graph/refusal';
import { checkGraph } from '../graph/rules';
import { redactSecrets } from '../graph/secrets';
import type { Json, JsonObject } from '../json';
import type { Store, VersionRow, WorkflowRow } from '../store/contract';

export interface ImportRequest {
	/** JSON text or value of any kind that holds a graph (1.1). */
	document: string | Json;
	/** Version numbers as the document gives them; default all. */
	versions?: 'all' | readonly number[];
	/** Number, in the document, of the version to activate; default the document's own. */
	activeVersion?: number;
	/** Instead of the document's name. */
	name?: string;
	/** Refuse for any fault and not only for those that make a graph unreadable. Default false. */
	refuseFaults?: boolean;
	/** Id of the new workflow; default a fresh one. */
	id?: string;
}

/** Findings that did not stand in the way. */
export interface Findings {
	faults: Fault[];
	warnings: Fault[];
}

export interface ImportReport extends Findings {
	workflow: WorkflowRow;
	/** The stored versions; `fileNumber` is the number in the document. */
	versions: Array<{ number: number; fileNumber: number; name: string | null; isActive: boolean }>;
}

export interface NewVersion {
	workflowId: string;
	document: string | Json;
	name: string | null;
	activate: boolean;
}

/**
 * Stores a document as a new workflow with the chosen versions, numbered anew from 0.
 *
 * @throws {GraphError} `GRAPH_REFUSED` with every fault listed; nothing is stored.
 * @throws {InputError} `VERSION_UNKNOWN`: the document has no such version.
 */
export async function importWorkflow(store: Store, request: ImportRequest): Promise<ImportReport> {
	const parsed = parseDocument(request.document);
	const chosen = chooseVersions(parsed, request.versions ?? 'all');
	const findings = findingsOf(parsed, chosen);
	refuse('import the document', { parsed, findings, refusesFaults: request.refuseFaults === true });
	const activeNumber = request.activeVersion ?? parsed.activeVersion;
	const active = chosen.find((version) => version.number === activeNumber) ?? chosen[0];
	if (request.activeVersion !== undefined && active?.number !== request.activeVersion)
		throw unknownVersion(request.activeVersion, chosen);
	const [first, ...others] = chosen;
	if (first === undefined) throw refuseDocument('import the document', parsed.faults);
	const id = request.id ?? `workflow_${randomUUID()}`;
	const name = request.name ?? parsed.name ?? 'Unnamed workflow';
	const description = first.graph?.workflow_config.description ?? null;
	const workflow = await store.createWorkflow({
		id,
		name,
		description,
		document: textOf(first),
		versionName: first.name,
		further: others.map((version) => ({ name: version.name, document: textOf(version) })),
		activeVersion: active === undefined ? 0 : chosen.indexOf(active),
	});
	const versions = chosen.map((version, number) => ({
		number,
		fileNumber: version.number,
		name: version.name,
		isActive: number === workflow.activeVersion,
	}));
	return { workflow, versions, ...findings };
}

/**
 * Adds the active graph of a document as the next version of a stored workflow.
 *
 * @throws {GraphError} `GRAPH_REFUSED`; {RunError} `WORKFLOW_UNKNOWN`.
 */
export async function addVersion(
	store: Store,
	request: NewVersion,
): Promise<Findings & { version: VersionRow; workflow: WorkflowRow }> {
	const parsed = parseDocument(request.document);
	const chosen = parsed.versions.filter((version) => version.number === parsed.activeVersion);
	const findings = findingsOf(parsed, chosen);
	refuse('store the version', { parsed, findings, refusesFaults: false });
	const [graph] = chosen;
	if (graph === undefined) throw refuseDocument('store the version', parsed.faults);
	await findWorkflow(store, request.workflowId);
	const { workflowId, name, activate } = request;
	const version = await store.createVersion(workflowId, {
		name: name ?? graph.name,
		document: textOf(graph),
		activate,
	});
	return { version, workflow: await findWorkflow(store, workflowId), ...findings };
}

export interface ExportOptions {
	/** `active`: the active graph as a hydrated document (1.2). `bundle`: versions in layout `v2` (1.7). */
	kind: 'active' | 'bundle';
	/** Version numbers of a bundle; default all. */
	versions?: readonly number[];
	/** The live version of the bundle; default the workflow's. */
	activeVersion?: number;
	/** Instead of the workflow's name. */
	name?: string;
	/** `platform` (default): our additions move into `miscellaneous` (4.4). `own`: as stored. */
	form?: 'platform' | 'own';
}

/**
 * A stored workflow as a document. Secrets are left out: a bundle lists their dotted paths in
 * `redactions`, a single graph holds null in their places.
 *
 * @throws {RunError} `WORKFLOW_UNKNOWN`; {InputError} `ACTIVE_VERSION_NOT_EXPORTED`, `VERSION_NOT_FOUND`.
 */
export async function exportWorkflow(store: Store, id: string, options: ExportOptions): Promise<JsonObject> {
	const workflow = await findWorkflow(store, id);
	if (options.kind === 'active') {
		const version = await store.getVersion(id, options.activeVersion ?? 'active');
		if (version === null) throw unknownWorkflow(id);
		const stored = JSON.parse(version.document) as JsonObject;
		const graph = options.form === 'own' ? stored : platformForm(stored);
		return redactSecrets(options.name === undefined ? graph : withName(graph, options.name)).document;
	}
	const versions: StoredVersion[] = [];
	for (const { number, name } of await store.listVersions(id)) {
		const version = await store.getVersion(id, number);
		if (version !== null) versions.push({ number, name, raw: JSON.parse(version.document) as JsonObject });
	}
	return exportBundle({
		versions,
		chosen: options.versions,
		activeVersion: options.activeVersion ?? workflow.activeVersion,
		name: options.name,
		form: options.form,
	});
}

/**
 * A copy with all versions under the same numbers' order, keys included; its runs stay behind.
 *
 * @param name Default: the name of the workflow with "(copy)".
 * @throws {RunError} `WORKFLOW_UNKNOWN`.
 */
export async function cloneWorkflow(store: Store, id: string, name?: string): Promise<WorkflowRow> {
	const workflow = await findWorkflow(store, id);
	const copyName = name ?? `${workflow.name} (copy)`;
	const heads = await store.listVersions(id);
	const copies: Array<{ name: string | null; document: string }> = [];
	for (const { number } of heads) {
		const version = await store.getVersion(id, number);
		if (version === null) throw unknownWorkflow(id);
		const copy = cloneGraph(JSON.parse(version.document) as JsonObject, copyName);
		copies.push({ name: version.name, document: JSON.stringify(copy) });
	}
	const [first, ...further] = copies;
	if (first === undefined) throw unknownWorkflow(id);
	return await store.createWorkflow({
		id: `workflow_${randomUUID()}`,
		name: copyName,
		description: workflow.description,
		document: first.document,
		versionName: first.name,
		further,
		activeVersion: heads.findIndex(({ number }) => number === workflow.activeVersion),
	});
}

/** @throws {RunError} `WORKFLOW_UNKNOWN`. */
export async function findWorkflow(store: Store, id: string): Promise<WorkflowRow> {
	const workflow = await store.getWorkflow(id);
	if (workflow === null) throw unknownWorkflow(id);
	return workflow;
}

function unknownWorkflow(id: string): RunError {
	return new RunError('WORKFLOW_UNKNOWN', `There is no workflow "${id}" in the store.`, {
		status: 404,
		place: 'Workflow',
		advice: 'Choose one from the list; it may have been deleted, or be in another store.',
	});
}

function chooseVersions(parsed: ParsedDocument, wanted: 'all' | readonly number[]): ParsedVersion[] {
	const held = parsed.versions.filter((version) => version.raw !== null);
	if (wanted === 'all') return held;
	return [...new Set(wanted)]
		.map((number) => {
			const version = held.find((one) => one.number === number);
			if (version === undefined && !parsed.isBlocked) throw unknownVersion(number, held);
			return version;
		})
		.filter((version) => version !== undefined);
}

function unknownVersion(number: number, held: readonly ParsedVersion[]): InputError {
	const numbers = held.map((version) => version.number).join(', ');
	return new InputError('VERSION_UNKNOWN', `The document has no version ${number}.`, {
		place: 'Version Numbers',
		advice: numbers === '' ? 'It holds no graph at all.' : `It holds ${numbers}.`,
	});
}

function findingsOf(parsed: ParsedDocument, chosen: readonly ParsedVersion[]): Findings {
	const rules = chosen.flatMap(({ graph, path }) =>
		graph === null ? [] : checkGraph(graph, { purpose: 'import', path }),
	);
	const all = unique([...parsed.faults, ...parsed.warnings, ...rules]);
	return {
		faults: all.filter((fault) => fault.severity === 'error'),
		warnings: all.filter((fault) => fault.severity === 'warning'),
	};
}

function unique(faults: readonly Fault[]): Fault[] {
	return [
		...new Map(faults.map((fault) => [`${fault.rule} ${fault.path} ${fault.message}`, fault])).values(),
	];
}

function refuse(
	doing: string,
	given: { parsed: ParsedDocument; findings: Findings; refusesFaults: boolean },
): void {
	const { parsed, findings, refusesFaults } = given;
	if (!parsed.isBlocked && !(refusesFaults && findings.faults.length > 0)) return;
	throw refuseDocument(doing, findings.faults);
}

function textOf(version: ParsedVersion): string {
	return JSON.stringify(version.raw);
}
