/** A Postgres server of its own for one measurement, as durable as it comes: every commit is flushed to the disk. */

import { startPostgres } from '../test/postgres/server.ts';
import { report, type Reading } from './subject.ts';

/** Runs the measurement on the address of a new database and hands its reading to the parent process. */
export async function reportOnPostgres(measure: (url: string) => Promise<Reading>): Promise<void> {
	const server = await startPostgres({});
	try {
		await report(() => measure(server.url()));
	} finally {
		await server.stop();
	}
}
