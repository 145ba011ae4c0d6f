/** Reading and checking a large graph, against JSON.parse of the same text. */

import { parseRoom } from '../ours.ts';
import { medianTime, report } from '../subject.ts';
import { clinicOf } from '../clinic.ts';

await report(async () => {
	const { parseDocument, checkDocument } = parseRoom();
	const read = (text: string) => {
		const document = parseDocument(text);
		const faults = [...document.faults, ...checkDocument(document)];
		if (document.graph === null || faults.some(({ severity }) => severity === 'error')) {
			throw new Error(`The graph has faults: ${JSON.stringify(faults[0])}`);
		}
	};
	const [small, large] = [500, 5000].map((nodes) => JSON.stringify(clinicOf(nodes))) as [string, string];
	const small500 = await medianTime(() => read(small), { warmUps: 3, times: 7 });
	const large5000 = await medianTime(() => read(large), { warmUps: 1, times: 5 });
	const json = await medianTime(() => JSON.parse(large) as unknown, { warmUps: 1, times: 5 });
	return {
		'parse.500.ms': small500.cpuUs / 1000,
		'parse.5000.ms': large5000.cpuUs / 1000,
		'parse.json.ms': json.cpuUs / 1000,
		'parse.mb': large.length / 1e6,
	};
});
