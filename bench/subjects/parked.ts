/** What 1,000 runs that wait for their users cost in memory, once the cache of recent runs is full. */

import { conversationOf, MESSAGE, openService } from '../ours.ts';
import { memoryInUse, report } from '../subject.ts';

/** Many times what the runner keeps in memory, so that its cache and the engine of JavaScript have their full size. */
const BEFORE = 3000;
const PARKED = 1000;

await report(async (folder) => {
	const service = await openService(folder, { synchronous: 'normal' });
	const document = JSON.stringify(conversationOf());
	const park = async (name: string) => {
		const source = { type: 'document' as const, document };
		const { isWaitingForInput } = await service.runner.turn({ source, sessionKey: name, message: MESSAGE });
		if (!isWaitingForInput) throw new Error('The run is not parked');
	};
	for (let run = 0; run < BEFORE; run += 1) await park(`before-${run}`);
	const before = memoryInUse();
	for (let run = 0; run < PARKED; run += 1) await park(`parked-${run}`);
	const after = memoryInUse();
	await service.close();
	return {
		'parked.heap-bytes': (after.heapBytes - before.heapBytes) / PARKED,
		'parked.rss-bytes': (after.rssBytes - before.rssBytes) / PARKED,
	};
});
