/** One turn of one conversation, stored in SQLite NORMAL, in a graph of the given number of nodes. */

import { clinicOf } from '../clinic.ts';
import { MESSAGE, openService } from '../ours.ts';
import { argument, medianTime, perPiece, report } from '../subject.ts';

const TURNS = 20;

await report(async (folder) => {
	const nodeCount = Number(argument(0));
	const service = await openService(folder, { synchronous: 'normal' });
	const document = JSON.stringify(clinicOf(nodeCount));
	let conversation = 0;
	const taken = await medianTime(
		async () => {
			conversation += 1;
			const sessionKey = `conversation-${conversation}`;
			for (let turn = 0; turn < TURNS; turn += 1) {
				const source = { type: 'document' as const, document };
				await service.runner.turn({ source, sessionKey, message: MESSAGE });
			}
		},
		{ warmUps: 20, times: 21 },
	);
	await service.close();
	return perPiece(`large.${nodeCount}`, taken, TURNS);
});
