/**
 * Measures speed side by side with peers and floors: `npm run bench`, or only some groups with
 * `npm run bench -- step turns`. One line of JSON for each figure, then a table.
 */

import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { GROUPS, type Budget, type Figure, type Subject } from './figures.ts';
import { createCollection, type Collection } from './readings.ts';
import type { Reading } from './subject.ts';
import { tableOf } from './table.ts';

const ROUNDS = 5;

/** The server that tests use too stands in a folder of CommonJS, which Node would mention at each start. */
const FLAGS = ['--expose-gc', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];

export interface Verdict {
	text: string;
	reached: number;
	isMet: boolean;
}

export interface Result {
	figure: string;
	unit: string;
	ours: number;
	peers: Record<string, number>;
	floor: number | null;
	budgets: Verdict[];
}

async function main(names: string[]): Promise<void> {
	const unknown = names.filter((name) => !GROUPS.some((group) => group.name === name));
	if (unknown.length > 0) {
		const known = GROUPS.map(({ name }) => name).join(', ');
		process.stderr.write(`bench: no group is called ${unknown.join(', ')}; the groups are ${known}.\n`);
		process.exit(2);
	}
	const groups = names.length === 0 ? GROUPS : GROUPS.filter(({ name }) => names.includes(name));
	const readings = createCollection();
	const startedMs = Date.now();
	const results: Result[] = [];
	for (const { name, subjects, rounds = ROUNDS, figures } of groups) {
		for (let round = 0; round < rounds; round += 1) {
			process.stderr.write(`${name}: round ${round + 1} of ${rounds}\n`);
			for (const subject of subjects) readings.add(round, await measure(subject));
		}
		for (const figure of figures) {
			const result = resultOf(figure, readings);
			results.push(result);
			process.stdout.write(`${JSON.stringify(result)}\n`);
		}
	}
	const seconds = Math.round((Date.now() - startedMs) / 1000);
	const [cpu] = cpus();
	process.stdout.write(`\n${tableOf(results)}\n\n`);
	process.stdout.write(
		`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${seconds} s.\n`,
	);
	const missed = results.flatMap(({ budgets }) => budgets).filter(({ isMet }) => !isMet).length;
	process.stdout.write(missed === 0 ? 'All budgets are met.\n' : `Budgets not met: ${missed}.\n`);
}

/** Runs one subject in a process of its own. */
function measure([file, ...parameters]: Subject): Promise<Reading> {
	const path = fileURLToPath(new URL(`subjects/${file}`, import.meta.url));
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [...FLAGS, path, ...parameters], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		let output = '';
		child.stdout.on('data', (data: Buffer) => (output += data.toString()));
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(JSON.parse(output) as Reading);
			else reject(new Error(`${file} ${parameters.join(' ')} ended with code ${code}`));
		});
	});
}

function resultOf({ name, unit, ours, peers, floor, budgets }: Figure, readings: Collection): Result {
	return {
		figure: name,
		unit,
		ours: rounded(readings.median(ours)),
		peers: Object.fromEntries(
			Object.entries(peers ?? {}).map(([peer, key]) => [peer, rounded(readings.median(key))]),
		),
		floor: floor === undefined ? null : rounded(readings.median(floor)),
		budgets: budgets.map((budget) => verdictOf(budget, readings)),
	};
}

function verdictOf({ text, reached, atMost, atLeast }: Budget, readings: Collection): Verdict {
	const value = reached(readings);
	const isMet = value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
	return { text: `${atMost === undefined ? '≥' : '≤'} ${text}`, reached: rounded(value), isMet };
}

/** Three digits that count. */
function rounded(value: number): number {
	return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

await main(process.argv.slice(2));
