/** What a measured process does around its measurement: a folder of its own, time, memory, one line of JSON. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Figures of one process by key; times in microseconds unless the key says otherwise. */
export type Reading = Record<string, number>;

/** Runs the measurement and hands its reading to the parent process. */
export async function report(measure: (folder: string) => Promise<Reading> | Reading): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'interactly-bench-'));
	try {
		process.stdout.write(`${JSON.stringify(await measure(folder))}\n`);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The parameter after the file name, at this position. */
export function argument(index: number): string {
	const value = process.argv[index + 2];
	if (value === undefined) throw new Error(`The subject needs a parameter at position ${index}`);
	return value;
}

/** What some work took, in microseconds. */
export interface Taken {
	/**
	 * Processor time of the main thread. Without waiting it is the time that passes on a machine with
	 * nothing else to do, and it stays so on a busy one.
	 */
	cpuUs: number;
	/** Time that passed. */
	wallUs: number;
}

export async function timed(work: () => Promise<unknown> | unknown): Promise<Taken> {
	const startedCpu = process.threadCpuUsage();
	const startedNs = process.hrtime.bigint();
	await work();
	const wallUs = Number(process.hrtime.bigint() - startedNs) / 1000;
	const { user, system } = process.threadCpuUsage(startedCpu);
	return { cpuUs: user + system, wallUs };
}

/** Repeats the work and gives the medians of its times, the first repetitions left out as warm-up. */
export async function medianTime(
	work: () => Promise<unknown> | unknown,
	{ warmUps, times }: { warmUps: number; times: number },
): Promise<Taken> {
	const all: Taken[] = [];
	for (let index = 0; index < warmUps + times; index += 1) {
		const taken = await timed(work);
		if (index >= warmUps) all.push(taken);
	}
	return {
		cpuUs: median(all.map(({ cpuUs }) => cpuUs)),
		wallUs: median(all.map(({ wallUs }) => wallUs)),
	};
}

/** A reading of processor time for one of `count` equal pieces of work, with the time passed beside it. */
export function perPiece(key: string, { cpuUs, wallUs }: Taken, count: number): Reading {
	return { [key]: cpuUs / count, [`${key}.wall`]: wallUs / count };
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1
		? (sorted[middle] ?? NaN)
		: ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Collects garbage, where the process was started with `--expose-gc`, and tells what is left. */
export function memoryInUse(): { heapBytes: number; rssBytes: number } {
	globalThis.gc?.();
	globalThis.gc?.();
	const { heapUsed, rss } = process.memoryUsage();
	return { heapBytes: heapUsed, rssBytes: rss };
}
