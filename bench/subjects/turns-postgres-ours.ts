/** Fifty conversations of twenty turns in our runner, all events stored in Postgres. */

import { turnsPerSecond } from '../conversations.ts';
import { chatOn, openPostgresService } from '../ours.ts';
import { reportOnPostgres } from '../postgres.ts';

await reportOnPostgres(async (url) => {
	const service = await openPostgresService(url);
	const reading = await turnsPerSecond('turns.postgres.ours', chatOn(service));
	await service.close();
	return reading;
});
