/** Workflows, versions and settings of the store without a database. */

import type { Json } from '../json';
import type { Store, VersionRow, WorkflowRow } from './contract';
import { versionActive, versionLast, versionUnknown, workflowExists, workflowUnknown } from './refusals';

interface KeptWorkflow {
	row: WorkflowRow;
	versions: Map<number, VersionRow>;
}

type WorkflowMethods = Pick<
	Store,
	| 'createWorkflow'
	| 'getWorkflow'
	| 'listWorkflows'
	| 'updateWorkflow'
	| 'deleteWorkflow'
	| 'createVersion'
	| 'getVersion'
	| 'listVersions'
	| 'updateVersion'
	| 'activateVersion'
	| 'deleteVersion'
	| 'getSetting'
	| 'listSettings'
	| 'putSetting'
	| 'deleteSetting'
>;

export function createWorkflowMemory(outside: {
	now(): number;
	deleteRunsOf(workflowId: string): void;
}): WorkflowMethods {
	const { now } = outside;
	const workflows = new Map<string, KeptWorkflow>();
	const scopes = new Map<string, Map<string, Json>>();

	function need(id: string): KeptWorkflow {
		const kept = workflows.get(id);
		if (kept === undefined) throw workflowUnknown(id);
		return kept;
	}

	function needVersion(kept: KeptWorkflow, number: number): VersionRow {
		const version = kept.versions.get(number);
		if (version === undefined) throw versionUnknown(kept.row.id, number);
		return version;
	}

	function activate(kept: KeptWorkflow, number: number): void {
		kept.row.activeVersion = number;
		kept.row.updatedAt = now();
	}

	return {
		createWorkflow: async ({
			id,
			name,
			description,
			document,
			versionName,
			further = [],
			activeVersion = 0,
		}) => {
			if (workflows.has(id)) throw workflowExists(id);
			const at = now();
			const row = { id, name, description, activeVersion, createdAt: at, updatedAt: at };
			const versions = [{ name: versionName ?? null, document }, ...further].map((version, number) => ({
				workflowId: id,
				number,
				...version,
				createdAt: at,
				updatedAt: at,
			}));
			workflows.set(id, { row, versions: new Map(versions.map((version) => [version.number, version])) });
			return { ...row };
		},
		getWorkflow: async (id) => {
			const kept = workflows.get(id);
			return kept === undefined ? null : { ...kept.row };
		},
		listWorkflows: async ({ search, limit, offset }) => {
			const wanted = search?.toLowerCase() ?? '';
			const fitting = [...workflows.values()]
				.map(({ row }) => ({ ...row }))
				.filter(({ name }) => name.toLowerCase().includes(wanted))
				.sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
			return { rows: fitting.slice(offset, offset + limit), total: fitting.length };
		},
		updateWorkflow: async (id, patch) => {
			const { row } = need(id);
			if (patch.name !== undefined) row.name = patch.name;
			if (patch.description !== undefined) row.description = patch.description;
			row.updatedAt = now();
			return { ...row };
		},
		deleteWorkflow: async (id) => {
			need(id);
			outside.deleteRunsOf(id);
			workflows.delete(id);
		},

		createVersion: async (workflowId, input) => {
			const kept = need(workflowId);
			const at = now();
			const version: VersionRow = {
				workflowId,
				number: Math.max(...kept.versions.keys()) + 1,
				name: input.name,
				document: input.document,
				createdAt: at,
				updatedAt: at,
			};
			kept.versions.set(version.number, version);
			if (input.activate) activate(kept, version.number);
			return { ...version };
		},
		getVersion: async (workflowId, number) => {
			const kept = workflows.get(workflowId);
			const version = kept?.versions.get(number === 'active' ? kept.row.activeVersion : number);
			return version === undefined ? null : { ...version };
		},
		listVersions: async (workflowId) =>
			[...(workflows.get(workflowId)?.versions.values() ?? [])]
				.sort((one, other) => one.number - other.number)
				.map(({ document: _document, ...head }) => head),
		updateVersion: async (workflowId, number, patch) => {
			const kept = workflows.get(workflowId);
			if (kept === undefined) throw versionUnknown(workflowId, number);
			const version = needVersion(kept, number);
			if (patch.name !== undefined) version.name = patch.name;
			if (patch.document !== undefined) version.document = patch.document;
			version.updatedAt = now();
			return { ...version };
		},
		activateVersion: async (workflowId, number) => {
			const kept = need(workflowId);
			needVersion(kept, number);
			activate(kept, number);
			return { ...kept.row };
		},
		deleteVersion: async (workflowId, number) => {
			const kept = need(workflowId);
			needVersion(kept, number);
			if (kept.versions.size === 1) throw versionLast(workflowId, number);
			if (kept.row.activeVersion === number) throw versionActive(workflowId, number);
			kept.versions.delete(number);
		},

		getSetting: async (scope, name) => structuredClone(scopes.get(scope)?.get(name) ?? null),
		listSettings: async (scope) =>
			[...(scopes.get(scope) ?? [])]
				.sort(([one], [other]) => (one < other ? -1 : 1))
				.map(([name, value]) => ({ name, value: structuredClone(value) })),
		putSetting: async (scope, name, value) => {
			const settings = scopes.get(scope) ?? new Map<string, Json>();
			scopes.set(scope, settings.set(name, structuredClone(value)));
		},
		deleteSetting: async (scope, name) => {
			scopes.get(scope)?.delete(name);
		},
	};
}
