/** The methods of a store, each as one unit of work handed to the database's driver. */

import type { Store } from './contract';
import { rewind } from './rewind';
import * as runs from './run-work';
import type { Work } from './statement';
import * as watch from './watch-work';
import * as workflows from './workflow-work';

export interface SqlDriver {
	tools: runs.WorkTools;
	/** What runs most often, as this database does it best. */
	append: Store['append'];
	/** Runs a work in a transaction of its own or with others; never half of it. `lane` names the writer. */
	write<Result>(doing: string, start: () => Work<Result>, lane?: string): Promise<Result>;
	/** Runs a work that only reads, on one state of the database. */
	read<Result>(doing: string, start: () => Work<Result>): Promise<Result>;
	/** The same for a work of one statement, which needs no transaction. */
	readOne<Result>(doing: string, start: () => Work<Result>): Promise<Result>;
	close(): Promise<void>;
}

export function createSqlStore({ tools, append, write, read, readOne, close }: SqlDriver): Store {
	return {
		createWorkflow: (input) => write('create a workflow', () => workflows.createWorkflow(tools, input)),
		getWorkflow: (id) => readOne('read a workflow', () => workflows.getWorkflow(tools, id)),
		listWorkflows: (filter) => read('list workflows', () => workflows.listWorkflows(tools, filter)),
		updateWorkflow: (id, patch) =>
			write('update a workflow', () => workflows.updateWorkflow(tools, id, patch)),
		deleteWorkflow: (id) => write('delete a workflow', () => workflows.deleteWorkflow(tools, id)),

		createVersion: (workflowId, input) =>
			write('create a version', () => workflows.createVersion(tools, workflowId, input)),
		getVersion: (workflowId, number) =>
			read('read a version', () => workflows.getVersion(tools, workflowId, number)),
		listVersions: (workflowId) => readOne('list versions', () => workflows.listVersions(tools, workflowId)),
		updateVersion: (workflowId, number, patch) =>
			write('update a version', () => workflows.updateVersion(tools, { workflowId, number }, patch)),
		activateVersion: (workflowId, number) =>
			write('activate a version', () => workflows.activateVersion(tools, workflowId, number)),
		deleteVersion: (workflowId, number) =>
			write('delete a version', () => workflows.deleteVersion(tools, workflowId, number)),

		createRun: (run) => {
			const hash = runs.graphHash(run.graph);
			return write('create a run', () => runs.createRun(tools, run, hash));
		},
		findRun: (id) => readOne('find a run', () => runs.findRun(tools, id)),
		findSession: (sessionKey) => readOne('find a session', () => runs.findSession(tools, sessionKey)),
		releaseSession: (sessionKey, runId) =>
			write('release a session', () => runs.releaseSession(tools, sessionKey, runId)),
		listRuns: (filter) => read('list runs', () => runs.listRuns(tools, filter)),
		listDue: (filter) => readOne('list due runs', () => watch.listDue(tools, filter)),
		deleteRun: (id) => write('delete a run', () => runs.deleteRuns(tools, { id })),

		claim: (runId, owner, leaseMs) =>
			write('claim a run', () => runs.claim(tools, { runId, owner, leaseMs }), runId),
		leaseOwner: (runId) => readOne('read a lease', () => runs.leaseOwner(tools, runId)),
		renew: (lease, leaseMs) => write('renew a lease', () => runs.renew(tools, lease, leaseMs)),
		release: (lease, patch) => write('release a lease', () => runs.release(tools, lease, patch), lease.runId),
		append,
		rewind: (lease, head, patch) => write('take back a turn', () => rewind(tools, lease, head, patch)),

		readLog: (runId) => read('read a run', () => runs.readLog(tools, runId)),
		readBatches: (runId, from) => readOne('read a run', () => runs.readBatches(tools, runId, from)),
		readWritten: (after, limit) =>
			readOne('read what was written', () => watch.readWritten(tools, after, limit)),
		lastPosition: () => readOne('read what was written', () => watch.lastPosition(tools)),
		readGraph: (hash) => readOne('read a graph', () => runs.readGraph(tools, hash)),
		saveSnapshot: (runId, snapshot) =>
			write('save a snapshot', () => runs.saveSnapshot(tools, runId, snapshot)),
		deleteSnapshots: (runId) => write('delete snapshots', () => runs.deleteSnapshots(tools, runId)),

		getSetting: (scope, name) => readOne('read a setting', () => workflows.getSetting(tools, scope, name)),
		listSettings: (scope) => readOne('list settings', () => workflows.listSettings(tools, scope)),
		putSetting: (scope, name, value) =>
			write('save a setting', () => workflows.putSetting(tools, { scope, name }, value)),
		deleteSetting: (scope, name) =>
			write('delete a setting', () => workflows.deleteSetting(tools, scope, name)),

		close,
	};
}
