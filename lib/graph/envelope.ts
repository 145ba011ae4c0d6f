/** Recognizes which document this is (1.1) by the presence of keys, and finds the graphs inside. */

import { isJsonObject, type Json, type JsonObject } from '../json';
import { empty, type Envelope, EXPECTED, single, unknownDocument } from './document-kind';
import { listOf, partOf } from './envelope-parts';
import {
	asNumber,
	asText,
	bundleOf,
	runOf,
	superNodeOf,
	versionAt,
	versionOf,
	workflowOf,
} from './envelope-versions';
import { pathTo } from './fault';

const AUDIT_KEYS = ['_id', 'id', 'team_id'] as const;

export function findGraphs(document: Json): Envelope {
	if (Array.isArray(document) && document.length > 0 && document.every(isConfig)) {
		return { ...empty('list'), rows: document.map((value, index) => ({ value, path: pathTo('$', index) })) };
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
	const activeVersion = asNumber(document.active_version_number) ?? inner.activeVersion;
	return { ...inner, activeVersion, selection: { versions, name } };
}

function whyUnknown(document: JsonObject): string {
	const isError = ('error' in document || 'detail' in document) && !('type' in document);
	if (isError) return `not a workflow document but an error answer of the API: ${EXPECTED}`;
	const isNodes = Array.isArray(document.nodes) && document.nodes.some(isJsonObject);
	return `not a workflow document: ${EXPECTED}${isNodes ? '; nodes and edges belong in node_configs and edge_configs' : ''}`;
}
