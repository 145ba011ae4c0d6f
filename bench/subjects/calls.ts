/** Model calls for one turn at a node with a reply and three freeform edges. */

import { conversationOf, MESSAGE, openService, stubModels } from '../ours.ts';
import { report } from '../subject.ts';

await report(async (folder) => {
	let calls = 0;
	const models = stubModels(() => (calls += 1));
	const service = await openService(folder, { synchronous: 'normal', models });
	const { reply } = await service.runner.turn({
		source: { type: 'document', document: conversationOf(3) },
		message: MESSAGE,
	});
	await service.close();
	if (reply === '') throw new Error('The runner did not answer');
	return { 'calls.ours': calls };
});
