/** Recognizes which document this is (1.1) by the presence of keys, and finds the graphs inside. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { empty, type Envelope, EXPECTED, single, unknownDocument } from './document-kind';
import { bundleOf, missingActive } from './envelope-bundle';
import { listOf, partOf } from './envelope-parts';
import {
	asNumber,
	asText,
	descend,
	runOf,
	superNodeOf,
	versionAt,
	versionOf,
	workflowOf,
} from './envelope-versions';
import { anError, type Fault, pathTo } from './fault';
import { readFlag } from './field';

const AUDIT_KEYS = ['_id', 'id', 'team_id'] as const;

export function findGraphs(document: Json): Envelope {
	if (Array.isArray(document) && document.length > 0 && document.every(isConfig)) {
		return { ...empty('list'), rows: document.map((value, index) => ({ value, path: pathTo('$', index) })) };
	}
	if (typeof document === 'string' && /^\s*[[{]/.test(document)) {
		const advice = 'Save what the text holds, decoded, and import that.';
		return unknownDocument('not a workflow document but a text that holds JSON once more', advice);
	}
	if (!isJsonObject(document)) return unknownDocument(`not a workflow document: ${EXPECTED}`);
	return recognize(document, '$');
}

/** A bare config of a node, edge, tool or model: the only rows that stand in a list without an envelope. */
function isConfig(value: Json): boolean {
	return isJsonObject(value) && partOf(value, '$') !== null;
}

function recognize(document: JsonObject, path: string): Envelope {
	const isAudited = AUDIT_KEYS.some((key) => key in document);
	const { bundle, versions, workflow, version } = document;
	if (isJsonObject(bundle)) return importBody(document, bundle, path);
	const isFlat = 'node_configs' in document || 'edge_configs' in document;
	// A workflow may list its versions too (1.3); the graph beside them tells it from a bundle.
	const isWorkflow =
		!isFlat && (descend(document, path).isHydrated || (isAudited && 'workflow_config' in document));
	if (Array.isArray(versions) && !isWorkflow) return bundleOf(document, versions, path);
	if (isFlat) return single('hydrated', versionAt(document, path));
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
	const isEmbedding = 'encapsulated_workflow_config' in document || 'expanded_config' in document;
	if (isEmbedding && document.type === undefined) return superNodeOf(document, path);
	const standalone = partOf(document, path);
	if (standalone !== null) return standalone;
	if ('workflow_config' in document) return workflowOf(document, path);
	if ('thread_to_node_inputs' in document) return { ...empty('run_input'), part: { value: document, path } };
	if (isJsonObject(document.run_input)) {
		return { ...empty('run_input'), part: { value: document.run_input, path: pathTo(path, 'run_input') } };
	}
	return listOf(document, path) ?? unknownDocument(whyUnknown(document));
}

function importBody(document: JsonObject, bundle: JsonObject, path: string): Envelope {
	const inner = recognize(bundle, pathTo(path, 'bundle'));
	const chosen = document.versions_to_import;
	const versions = Array.isArray(chosen) ? chosen.flatMap((one) => asNumber(one) ?? []) : null;
	const name = asText(document.workflow_name) ?? asText(document.name_override);
	const noActive =
		inner.kind === 'bundle' ? missingActive(document.active_version_number, inner.versions, path) : [];
	const wanted = noActive.length === 0 ? asNumber(document.active_version_number) : null;
	const activeVersion = wanted ?? inner.activeVersion;
	const faults = [...inner.faults, ...noActive, ...unconfirmedCode(document, inner, path)];
	return { ...inner, activeVersion, selection: { versions, name }, faults };
}

/** a tool bundle with code is imported only when its reader says so. */
function unconfirmedCode(document: JsonObject, { kind, part }: Envelope, path: string): Fault[] {
	const isCode = kind === 'tool_bundle' && part?.value.type === 'inline_python';
	if (!isCode || readFlag(document.confirm_executable) === true) return [];
	const message = 'this bundle contains code; confirm to import';
	const advice = 'Read the code, then set confirm_executable to true.';
	return [anError({ rule: 'R-72', path: pathTo(path, 'confirm_executable'), message, advice })];
}

function whyUnknown(document: JsonObject): string {
	const isError = ('error' in document || 'detail' in document) && !('type' in document);
	if (isError) return `not a workflow document but an error answer of the API: ${EXPECTED}`;
	const isNodes = Array.isArray(document.nodes) && document.nodes.some(isJsonObject);
	return `not a workflow document: ${EXPECTED}${isNodes ? '; nodes and edges belong in node_configs and edge_configs' : ''}`;
}
