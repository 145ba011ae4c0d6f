/** Bytes that one turn adds in LangGraph's SQLite saver, beside the text itself, at turns 20 and 200. */

import { join } from 'node:path';
import { openLangGraphChat } from '../langgraph-chat.ts';
import { TEXT_BYTES } from '../ours.ts';
import { bytesHeld } from '../sqlite.ts';
import { report, type Reading } from '../subject.ts';

await report(async (folder) => {
	const path = join(folder, 'bench.sqlite');
	const chat = openLangGraphChat(path);
	const reading: Reading = {};
	let before = 0;
	for (let turn = 1; turn <= 200; turn += 1) {
		if (turn === 20 || turn === 200) before = bytesHeld(path);
		await chat.say('conversation');
		if (turn === 20 || turn === 200)
			reading[`bytes.langgraph.${turn}`] = bytesHeld(path) - before - TEXT_BYTES;
	}
	chat.close();
	return reading;
});
