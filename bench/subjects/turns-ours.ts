/** Fifty conversations of twenty turns in our runner, all events stored in SQLite. */

import { turnsPerSecond } from '../conversations.ts';
import { chatOn, openService } from '../ours.ts';
import type { Synchronous } from '../sqlite.ts';
import { argument, report } from '../subject.ts';

await report(async (folder) => {
	const synchronous = argument(0) as Synchronous;
	const service = await openService(folder, { synchronous });
	const reading = await turnsPerSecond(`turns.ours.${synchronous}`, chatOn(service));
	await service.close();
	return reading;
});
