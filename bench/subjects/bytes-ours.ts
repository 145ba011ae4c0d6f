/** Bytes that one turn adds in our store, beside the text itself, at turns 20, 200 and 500. */

import { conversationOf, MESSAGE, openService, TEXT_BYTES } from '../ours.ts';
import { bytesHeld } from '../sqlite.ts';
import { median, report, type Reading } from '../subject.ts';

const MEASURED = [20, 200, 500];
/** Snapshots are written now and then, so a turn is the median of the five that end with it. */
const WINDOW = 5;

await report(async (folder) => {
	const service = await openService(folder, { synchronous: 'normal' });
	const document = JSON.stringify(conversationOf());
	const reading: Reading = {};
	let held: number[] = [];
	for (let turn = 1; turn <= 500; turn += 1) {
		const target = MEASURED.find((each) => turn > each - WINDOW && turn <= each);
		const before = target === undefined ? 0 : bytesHeld(service.path);
		await service.runner.turn({
			source: { type: 'document', document },
			sessionKey: 'one',
			message: MESSAGE,
		});
		if (target === undefined) continue;
		held.push(bytesHeld(service.path) - before - TEXT_BYTES);
		if (turn === target) {
			reading[`bytes.ours.${turn}`] = median(held);
			held = [];
		}
	}
	await service.close();
	reading['bytes.ours.all'] = bytesHeld(service.path) / 500 - TEXT_BYTES;
	return reading;
});
