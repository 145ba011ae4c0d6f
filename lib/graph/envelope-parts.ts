/** Standalone configs (1.8), bare ones as create bodies carry them (1.5), and lists of rows (1.9). */

import { isJsonObject, type JsonObject } from '../json';
import { type DocumentKind, empty, type Envelope } from './document-kind';
import { versionOf } from './envelope-versions';
import { pathTo } from './fault';

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
/** What stands next to the rows (1.9). */
const PAGE_KEYS = ['total', 'page', 'size', 'pages'] as const;
/** Wrapper key, config key, kind (1.8). */
const PARTS: ReadonlyArray<readonly [string, string, DocumentKind]> = [
	['node', 'node_config', 'node'],
	['edge', 'edge_config', 'edge'],
	['tool', 'tool_config', 'tool'],
	['llm_config', 'config', 'llm_config'],
	['node_library', 'node_library_config', 'node_library'],
	['workflow_template', 'workflow_template_config', 'workflow_template'],
];

export function partOf(document: JsonObject, path: string): Envelope | null {
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
	if (isVariable(document)) return { ...empty('variable'), part: { value: document, path } };
	const type = document.type ?? document.node_type ?? document.edge_type ?? document.tool_type;
	if (typeof type === 'string') {
		const kind = bareKind(document, type);
		if (kind !== null) return { ...empty(kind), part: { value: document, path } };
	}
	return null;
}

const VARIABLE_KEYS: ReadonlySet<string> = new Set([
	...['id', '_id', 'name', 'value', 'description', 'category', 'is_secret', 'is_system'],
	...['team_id', 'created_by', 'updated_by', 'created_at', 'updated_at'],
]);

/** A global variable without its wrapper, as bulk bodies list them (1.8.6). */
function isVariable(document: JsonObject): boolean {
	if (typeof document.name !== 'string' || !('value' in document)) return false;
	if ('is_secret' in document || 'is_system' in document) return true;
	return Object.keys(document).every((key) => VARIABLE_KEYS.has(key));
}

/** The body that replaces a version's graph (1.5). */
function configBody(document: JsonObject, path: string): Envelope {
	const envelope = versionOf({ config: document.config ?? null }, path, undefined);
	if (envelope.kind !== 'version') return envelope;
	return { ...envelope, kind: 'workflow', activeVersion: envelope.versions[0]?.number ?? null };
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

export function listOf(document: JsonObject, path: string): Envelope | null {
	if (Array.isArray(document.nodes) && Array.isArray(document.edges)) return null;
	const config = document.config;
	if (isJsonObject(config)) return configBody(document, path);
	for (const key of ROW_KEYS) {
		const rows = document[key];
		if (!Array.isArray(rows)) continue;
		const isRows =
			rows.every(isJsonObject) && (rows.length > 0 || PAGE_KEYS.some((name) => name in document));
		if (!isRows) continue;
		return {
			...empty('list'),
			rows: rows.map((value, index) => ({ value, path: pathTo(path, key, index) })),
		};
	}
	return null;
}
