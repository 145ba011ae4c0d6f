/** The real command in a process of its own, driven line by line. */

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../lib/json';

export interface Running {
	readonly process: ChildProcessWithoutNullStreams;
	/** What stood on standard output, one object a line; a line that is none stays text. */
	readonly lines: Json[];
	readonly err: string;
	/** The closing lines so far. */
	turns(): JsonObject[];
	/** Writes one line, and resolves with the closing line that answers it; undefined when the process ends first. */
	turn(line: Json): Promise<JsonObject | undefined>;
	/** Resolves once this holds or the process has ended. */
	until(holds: () => boolean): Promise<void>;
	/** Ends the input; resolves as `ended`. */
	end(): Promise<number | string>;
	/** The exit code, or the signal that ended the process. */
	readonly ended: Promise<number | string>;
}

const hook = join(__dirname, '../store/typescript-hook.cjs');
const main = join(__dirname, '../../lib/cli/main.ts');

const running = new Set<ChildProcessWithoutNullStreams>();

/** Ends what a failed test left behind. */
export function endAll(): void {
	for (const child of running) child.kill('SIGKILL');
}

/** Starts `interactly` with these arguments and, beside what every program needs, this environment. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
	const child = spawn(process.execPath, ['--require', hook, main, ...args], {
		env: { PATH: process.env.PATH, ...env },
	});
	running.add(child);
	const lines: Json[] = [];
	const waiting = new Set<() => void>();
	const wake = () => waiting.forEach((look) => look());
	let rest = '';
	let err = '';
	let isOver = false;
	child.stdout.on('data', (chunk: Buffer) => {
		const pieces = (rest + chunk.toString()).split('\n');
		rest = pieces.pop() ?? '';
		lines.push(...pieces.map(parsed));
		wake();
	});
	child.stderr.on('data', (chunk: Buffer) => {
		err += chunk.toString();
		wake();
	});
	// A process that was killed no longer reads; what it was sent is lost, as in life.
	child.stdin.on('error', () => undefined);
	const ended = new Promise<number | string>((resolve) => {
		child.on('close', (code, signal) => {
			running.delete(child);
			isOver = true;
			wake();
			resolve(signal ?? code ?? 'unknown');
		});
	});
	const until = (holds: () => boolean) =>
		new Promise<void>((resolve) => {
			const look = () => {
				if (!isOver && !holds()) return;
				waiting.delete(look);
				resolve();
			};
			waiting.add(look);
			look();
		});
	const turns = () => lines.filter(isJsonObject).filter(({ type }) => type === 'turn');
	return {
		...{ process: child, lines, ended, until, turns },
		get err() {
			return err;
		},
		async turn(line) {
			const before = turns().length;
			child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
			await until(() => turns().length > before);
			return turns()[before];
		},
		async end() {
			child.stdin.end();
			return await ended;
		},
	};
}

function parsed(line: string): Json {
	try {
		return JSON.parse(line) as Json;
	} catch {
		return line;
	}
}

/** Texts of these lines' `assistant_response` events. */
export const saidIn = (lines: readonly Json[]) =>
	lines
		.filter(isJsonObject)
		.filter(({ type }) => type === 'assistant_response')
		.map(({ content }) => content);
