/** One command line run in this process, with everything it printed and read. */

import { systemClock } from '../../lib/clock';
import { runCli } from '../../lib/cli/program';
import type { Terminal } from '../../lib/cli/terminal';
import { expectShapes } from '../wire/told';

export interface Session {
	code: number;
	out: string;
	err: string;
	/** Standard output as it was written, for files. */
	bytes: Buffer;
}

export interface SessionOptions {
	input?: string;
	env?: Record<string, string>;
	isScreen?: boolean;
	isInteractive?: boolean;
	/** A person who never types a word. */
	isSilent?: boolean;
}

export async function interactly(args: readonly string[], options: SessionOptions = {}): Promise<Session> {
	const out: Buffer[] = [];
	let err = '';
	const input = options.input ?? '';
	const terminal: Terminal = {
		out: (data) => void out.push(Buffer.from(data as string)),
		err: (text) => void (err += text),
		readInput: () => Promise.resolve(input),
		lines: () => {
			const lines = input.split('\n').filter((line, index, all) => index < all.length - 1 || line !== '');
			let position = 0;
			let endSilence: (line: null) => void = () => undefined;
			const silence = new Promise<null>((resolve) => (endSilence = resolve));
			return {
				next: () => (options.isSilent === true ? silence : Promise.resolve(lines[position++] ?? null)),
				close: () => endSilence(null),
			};
		},
		interruption: () => new AbortController().signal,
		isInteractive: options.isInteractive ?? false,
		isScreen: options.isScreen ?? false,
		env: options.env ?? {},
		clock: { now: () => systemClock.now(), sleep: () => Promise.resolve() },
	};
	const code = await runCli(args, terminal);
	const bytes = Buffer.concat(out);
	const text = bytes.toString('utf8');
	if (args[0] === 'chat' && args.includes('--json')) expectShapes(eventsIn(text));
	return { code, out: text, err, bytes };
}

/** Every line of such a chat is an event of the protocol, or closes a turn. */
function eventsIn(text: string): unknown[] {
	const lines = text.split('\n').filter((line) => line !== '');
	return lines.map((line) => JSON.parse(line) as { type: string }).filter(({ type }) => type !== 'turn');
}
