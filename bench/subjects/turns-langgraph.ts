/** Fifty conversations of twenty turns in LangGraph JS with its SQLite saver, in the saver's own settings. */

import { join } from 'node:path';
import { turnsPerSecond } from '../conversations.ts';
import { openLangGraphChat } from '../langgraph-chat.ts';
import { report } from '../subject.ts';

await report(async (folder) => {
	const chat = openLangGraphChat(join(folder, 'bench.sqlite'));
	const reading = await turnsPerSecond('turns.langgraph', (conversation) => chat.say(conversation));
	chat.close();
	return reading;
});
