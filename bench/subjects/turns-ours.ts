/** Fifty conversations of twenty turns in our runner, all events stored in SQLite. */

import { turnsPerSecond } from '../conversations.ts';
import { conversationOf, MESSAGE, openService, REPLY } from '../ours.ts';
import type { Synchronous } from '../sqlite.ts';
import { argument, report } from '../subject.ts';

await report(async (folder) => {
	const synchronous = argument(0) as Synchronous;
	const service = await openService(folder, { synchronous });
	const document = JSON.stringify(conversationOf());
	const reading = await turnsPerSecond(`turns.ours.${synchronous}`, async (sessionKey) => {
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
