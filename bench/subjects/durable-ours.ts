/** One no-op step of our engine, every step durable in SQLite NORMAL, in a chain of 1,000 nodes. */

import { chainOf, openService } from '../ours.ts';
import { medianTime, perPiece, report } from '../subject.ts';

const NODES = 1000;

await report(async (folder) => {
	const service = await openService(folder, { synchronous: 'normal' });
	const document = JSON.stringify(chainOf(NODES));
	const taken = await medianTime(
		async () => {
			const { status } = await service.runner.turn({ source: { type: 'document', document } });
			if (status !== 'completed') throw new Error(`The run is ${status}`);
		},
		{ warmUps: 3, times: 9 },
	);
	await service.close();
	return perPiece('durable.ours', taken, NODES);
});
