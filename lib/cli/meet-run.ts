/** What is to be known of a kept run before it goes on: that it is there, and whether it follows the file at hand. */

import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { shownPlace } from '../assemble/open-sealed';
import { InputError, RunError } from '../errors';
import { parseDocument } from '../graph/parse';
import type { JsonObject } from '../json';
import type { Store } from '../store/contract';
import { storeAt } from '../store/open';
import type { Terminal } from './terminal';

/**
 * Opening a store makes its file, and a misspelled path would leave an empty one behind.
 * @throws {InputError} `STORE_MISSING`.
 */
export function expectStore(place: string): void {
	const options = storeAt(place);
	if (options.type !== 'sqlite' || existsSync(options.path)) return;
	throw new InputError('STORE_MISSING', `There is no store "${place}" that could hold the run.`, {
		advice: 'Name the file that --store named when the run began.',
	});
}

/**
 * Tells when the run keeps another graph than the file holds (R1.29).
 * @throws {RunError} `RUN_UNKNOWN`.
 */
export async function meetRun(
	terminal: Terminal,
	run: { store: Store; place: string; runId: string; file: string | undefined; document: string | null },
): Promise<void> {
	const { store, place, runId, file, document } = run;
	const row = await store.findRun(runId);
	if (row === null) {
		throw new RunError('RUN_UNKNOWN', `The store "${shownPlace(place)}" holds no run "${runId}".`, {
			status: 404,
			place: `run "${runId}"`,
			advice: 'Check the run id, and that --store names the place that keeps it.',
		});
	}
	if (document === null) return;
	const pinned = JSON.parse((await store.readGraph(row.graphHash)) ?? '{}') as JsonObject;
	const graph = parseDocument(document).graph?.raw ?? null;
	if (isDeepStrictEqual(graph, pinned.pinned_graph ?? pinned)) return;
	terminal.err(
		`(the run goes on with the graph it began with, and ${file} holds another one; a new run would follow it)\n`,
	);
}
