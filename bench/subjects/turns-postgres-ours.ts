/** Fifty conversations of twenty turns in our runner, all events stored in Postgres. */

import { turnsPerSecond } from '../conversations.ts';
import { conversationOf, MESSAGE, openPostgresService, REPLY } from '../ours.ts';
import { reportOnPostgres } from '../postgres.ts';

await reportOnPostgres(async (url) => {
	const service = await openPostgresService(url);
	const document = JSON.stringify(conversationOf());
	const reading = await turnsPerSecond('turns.postgres.ours', async (sessionKey) => {
		const { reply } = await service.runner.turn({
			source: { type: 'document', document },
			sessionKey,
			message: MESSAGE,
			// As the n8n node asks unless its option says otherwise; every event is stored all the same.
			wantsEvents: false,
		});
		if (reply !== REPLY) throw new Error('The runner did not answer');
	});
	await service.close();
	return reading;
});
