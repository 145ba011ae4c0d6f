/** Graphviz in a thread of its own: its layout cannot be interrupted, and the thread can be ended. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../clock';

export interface LayoutJob {
	dot: string;
	/** `dot` for layers, `neato` for places that are given. */
	engine: 'dot' | 'neato';
}

/** What the thread runs; a text, so that it is found wherever the package was compiled to. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
require(workerData.vizPath).instance().then((viz) => {
	parentPort.postMessage(workerData.jobs.map(({ dot, engine }) => viz.renderString(dot, { format: 'svg', engine })));
});
`;

/** The SVG of each job, or null when they took longer than `limitMs` milliseconds together. */
export async function layOut(jobs: readonly LayoutJob[], limitMs: number): Promise<string[] | null> {
	const thread = new Worker(THREAD, {
		eval: true,
		workerData: { vizPath: require.resolve('@viz-js/viz'), jobs },
	});
	const limit = new AbortController();
	try {
		const [pictures] = (await Promise.race([
			once(thread, 'message', { signal: limit.signal }),
			systemClock.sleep(limitMs, limit.signal).then(() => [null]),
		])) as [string[] | null];
		return pictures;
	} finally {
		limit.abort();
		await thread.terminate();
	}
}
