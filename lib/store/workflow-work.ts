/** What a store does with workflows, versions and settings, as units of work over statements. */

import type { Json } from '../json';
import type { Store, VersionRow, WorkflowRow } from './contract';
import { versionActive, versionLast, versionUnknown, workflowExists, workflowUnknown } from './refusals';
import { deleteRuns, type WorkTools } from './run-work';
import type { VersionTable, WorkflowTable } from './schema';
import { first, once, rows, type Work } from './statement';

type NewWorkflow = Parameters<Store['createWorkflow']>[0];
type WorkflowPatch = Parameters<Store['updateWorkflow']>[1];
type NewVersion = Parameters<Store['createVersion']>[1];
type VersionPatch = Parameters<Store['updateVersion']>[2];

const workflowColumns = ['id', 'name', 'description', 'active_version', 'created_at', 'updated_at'] as const;
const versionColumns = ['workflow_id', 'number', 'name', 'created_at', 'updated_at'] as const;

function toWorkflow(row: WorkflowTable): WorkflowRow {
	return {
		id: row.id,
		name: row.name,
		description: row.description,
		activeVersion: row.active_version,
		createdAt: row.created_at,
		updatedAt: row.updated_at,
	};
}

function toVersion(row: VersionTable): VersionRow {
	return { ...toVersionHead(row), document: row.document };
}

function toVersionHead(row: Omit<VersionTable, 'document'>): Omit<VersionRow, 'document'> {
	return {
		workflowId: row.workflow_id,
		number: row.number,
		name: row.name,
		createdAt: row.created_at,
		updatedAt: row.updated_at,
	};
}

function* insertVersion(
	{ db, now }: WorkTools,
	version: { workflowId: string; number: number; name: string | null; document: string },
): Work<void> {
	const at = now();
	yield* rows(
		once(
			db.insertInto('version').values({
				workflow_id: version.workflowId,
				number: version.number,
				name: version.name,
				document: version.document,
				created_at: at,
				updated_at: at,
			}),
		),
	);
}

/** The workflow, or the refusal that names it. */
function* needWorkflow(tools: WorkTools, id: string): Work<WorkflowRow> {
	const workflow = yield* getWorkflow(tools, id);
	if (workflow === null) throw workflowUnknown(id);
	return workflow;
}

export function* createWorkflow(tools: WorkTools, input: NewWorkflow): Work<WorkflowRow> {
	if ((yield* getWorkflow(tools, input.id)) !== null) throw workflowExists(input.id);
	const at = tools.now();
	yield* rows(
		once(
			tools.db.insertInto('workflow').values({
				id: input.id,
				name: input.name,
				description: input.description,
				active_version: input.activeVersion ?? 0,
				created_at: at,
				updated_at: at,
			}),
		),
	);
	yield* insertVersion(tools, {
		workflowId: input.id,
		number: 0,
		name: input.versionName ?? null,
		document: input.document,
	});
	for (const [index, version] of (input.further ?? []).entries()) {
		yield* insertVersion(tools, { workflowId: input.id, number: index + 1, ...version });
	}
	return yield* needWorkflow(tools, input.id);
}

export function* getWorkflow({ db }: WorkTools, id: string): Work<WorkflowRow | null> {
	const row = yield* first(once(db.selectFrom('workflow').select(workflowColumns).where('id', '=', id)));
	return row === null ? null : toWorkflow(row);
}

export function* listWorkflows(
	{ db, dialect }: WorkTools,
	filter: { search?: string; limit: number; offset: number },
): Work<{ rows: WorkflowRow[]; total: number }> {
	let fitting = db.selectFrom('workflow');
	const search = filter.search?.toLowerCase() ?? '';
	if (search !== '') {
		fitting = fitting.where((where) => {
			const place = where.fn<number>(dialect.positionOf, [where.fn('lower', ['name']), where.val(search)]);
			return where(place, '>', 0);
		});
	}
	const counted = yield* first(once(fitting.select((select) => select.fn.countAll<number>().as('total'))));
	const page = yield* rows(
		once(
			fitting
				.select(workflowColumns)
				.orderBy('created_at', 'desc')
				.orderBy('id')
				.limit(filter.limit)
				.offset(filter.offset),
		),
	);
	return { rows: page.map(toWorkflow), total: Number(counted?.total ?? 0) };
}

export function* updateWorkflow(tools: WorkTools, id: string, patch: WorkflowPatch): Work<WorkflowRow> {
	const known = yield* needWorkflow(tools, id);
	yield* rows(
		once(
			tools.db
				.updateTable('workflow')
				.set({
					name: patch.name ?? known.name,
					description: patch.description === undefined ? known.description : patch.description,
					updated_at: tools.now(),
				})
				.where('id', '=', id),
		),
	);
	return yield* needWorkflow(tools, id);
}

export function* deleteWorkflow(tools: WorkTools, id: string): Work<void> {
	yield* needWorkflow(tools, id);
	yield* deleteRuns(tools, { workflowId: id });
	yield* rows(once(tools.db.deleteFrom('version').where('workflow_id', '=', id)));
	yield* rows(once(tools.db.deleteFrom('workflow').where('id', '=', id)));
}

export function* createVersion(tools: WorkTools, workflowId: string, input: NewVersion): Work<VersionRow> {
	yield* needWorkflow(tools, workflowId);
	const highest = yield* first(
		once(
			tools.db
				.selectFrom('version')
				.select((select) => select.fn.max('number').as('number'))
				.where('workflow_id', '=', workflowId),
		),
	);
	const number = (highest?.number ?? -1) + 1;
	yield* insertVersion(tools, { workflowId, number, name: input.name, document: input.document });
	if (input.activate) yield* activateVersion(tools, workflowId, number);
	return yield* needVersion(tools, workflowId, number);
}

export function* getVersion(
	tools: WorkTools,
	workflowId: string,
	number: number | 'active',
): Work<VersionRow | null> {
	const wanted = number === 'active' ? (yield* getWorkflow(tools, workflowId))?.activeVersion : number;
	if (wanted === undefined) return null;
	const row = yield* first(
		once(
			tools.db
				.selectFrom('version')
				.select([...versionColumns, 'document'])
				.where('workflow_id', '=', workflowId)
				.where('number', '=', wanted),
		),
	);
	return row === null ? null : toVersion(row);
}

function* needVersion(tools: WorkTools, workflowId: string, number: number): Work<VersionRow> {
	const version = yield* getVersion(tools, workflowId, number);
	if (version === null) throw versionUnknown(workflowId, number);
	return version;
}

export function* listVersions(
	{ db }: WorkTools,
	workflowId: string,
): Work<Array<Omit<VersionRow, 'document'>>> {
	const found = yield* rows(
		once(
			db.selectFrom('version').select(versionColumns).where('workflow_id', '=', workflowId).orderBy('number'),
		),
	);
	return found.map(toVersionHead);
}

export function* updateVersion(
	tools: WorkTools,
	address: { workflowId: string; number: number },
	patch: VersionPatch,
): Work<VersionRow> {
	const { workflowId, number } = address;
	const known = yield* needVersion(tools, workflowId, number);
	yield* rows(
		once(
			tools.db
				.updateTable('version')
				.set({
					name: patch.name === undefined ? known.name : patch.name,
					document: patch.document ?? known.document,
					updated_at: tools.now(),
				})
				.where('workflow_id', '=', workflowId)
				.where('number', '=', number),
		),
	);
	return yield* needVersion(tools, workflowId, number);
}

export function* activateVersion(tools: WorkTools, workflowId: string, number: number): Work<WorkflowRow> {
	yield* needWorkflow(tools, workflowId);
	yield* needVersion(tools, workflowId, number);
	yield* rows(
		once(
			tools.db
				.updateTable('workflow')
				.set({ active_version: number, updated_at: tools.now() })
				.where('id', '=', workflowId),
		),
	);
	return yield* needWorkflow(tools, workflowId);
}

export function* deleteVersion(tools: WorkTools, workflowId: string, number: number): Work<void> {
	const workflow = yield* needWorkflow(tools, workflowId);
	yield* needVersion(tools, workflowId, number);
	if ((yield* listVersions(tools, workflowId)).length === 1) throw versionLast(workflowId, number);
	if (workflow.activeVersion === number) throw versionActive(workflowId, number);
	yield* rows(
		once(tools.db.deleteFrom('version').where('workflow_id', '=', workflowId).where('number', '=', number)),
	);
}

export function* getSetting({ statements }: WorkTools, scope: string, name: string): Work<Json | null> {
	const row = yield* first(statements.getSetting({ scope, name }));
	return row === null ? null : (JSON.parse(row.value) as Json);
}

export function* listSettings({ db }: WorkTools, scope: string): Work<Array<{ name: string; value: Json }>> {
	const found = yield* rows(
		once(db.selectFrom('setting').select(['name', 'value']).where('scope', '=', scope).orderBy('name')),
	);
	return found.map(({ name, value }) => ({ name, value: JSON.parse(value) as Json }));
}

export function* putSetting(
	{ statements }: WorkTools,
	address: { scope: string; name: string },
	value: Json,
): Work<void> {
	yield* rows(statements.putSetting({ ...address, value: JSON.stringify(value) }));
}

export function* deleteSetting({ db }: WorkTools, scope: string, name: string): Work<void> {
	yield* rows(once(db.deleteFrom('setting').where('scope', '=', scope).where('name', '=', name)));
}
