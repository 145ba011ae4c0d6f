/** A process that takes one turn and dies by SIGKILL at the given append; `kill.test.ts` starts it. */

import { systemClock } from '../../lib/clock';
import { createHttp } from '../../lib/http/client';
import { silentLog } from '../../lib/log';
import { createRunner } from '../../lib/run/runner';
import type { Store } from '../../lib/store/contract';
import { openStore, storeAt } from '../../lib/store/open';
import { createTools } from '../../lib/tool/registry';

/** The same store; the append of that number kills the process before or after it is on disk. */
export function deadlyStore(store: Store, { point, isAfter }: { point: number; isAfter: boolean }): Store {
	let appends = 0;
	const die = () => process.kill(process.pid, 'SIGKILL');
	return {
		...store,
		async append(request) {
			const isLast = appends++ === point;
			if (isLast && !isAfter) die();
			const appended = await store.append(request);
			if (isLast) die();
			return appended;
		},
	};
}

async function main([path, document, point, moment]: string[]): Promise<void> {
	const http = createHttp({ allow: ['127.0.0.1'] });
	const store = await openStore(storeAt(path ?? ''));
	const runner = createRunner({
		store: deadlyStore(store, { point: Number(point), isAfter: moment === 'after' }),
		ports: {
			clock: systemClock,
			http,
			log: silentLog,
			tools: createTools({ http }),
			newSeed: () => 'seed',
			models: { call: () => Promise.reject(new Error('No model in this test.')) },
		},
	});
	await runner.turn({
		source: { type: 'document', document: document ?? '' },
		sessionKey: 'anna',
		message: 'go',
	});
	await runner.close();
	await store.close();
}

if (require.main === module) void main(process.argv.slice(2));
