/** Fifty conversations of twenty turns in LangGraph JS with its Postgres saver, in the saver's own settings. */

import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { turnsPerSecond } from '../conversations.ts';
import { chatOn } from '../langgraph-chat.ts';
import { reportOnPostgres } from '../postgres.ts';

await reportOnPostgres(async (url) => {
	const saver = PostgresSaver.fromConnString(url);
	await saver.setup();
	const chat = chatOn(saver, () => undefined);
	const reading = await turnsPerSecond('turns.postgres.langgraph', (conversation) => chat.say(conversation));
	await saver.end();
	return reading;
});
