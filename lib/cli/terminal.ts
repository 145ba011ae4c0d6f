/** The terminal as the commands see it: two outputs, one input, the environment; tests bring their own. */

import { createInterface } from 'node:readline';
import { systemClock, type Clock } from '../clock';
import { interruptionOf } from './interruption';

export interface Terminal {
	/** What the command is for: standard output. */
	out(data: string | Uint8Array): void;
	/** Progress and complaints: standard error. */
	err(text: string): void;
	/** All of standard input, as text. */
	readInput(): Promise<string>;
	/** Standard input line by line. */
	lines(options?: LinesOptions): Lines;
	/** Aborts on Ctrl-C and its kin; asked for by commands that have something to finish first. */
	interruption(): AbortSignal;
	/** A person sits at both ends. */
	readonly isInteractive: boolean;
	/** Standard output is a screen and not a file or a pipe. */
	readonly isScreen: boolean;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
}

export interface LinesOptions {
	/** Shown before each line when a person types them. */
	prompt?: string;
	/** Ends the reading. */
	signal?: AbortSignal;
}

export interface Lines {
	/** The next line, or null at the end of the input. */
	next(): Promise<string | null>;
	/** Stops reading; a line that is waited for becomes null. */
	close(): void;
}

export function processTerminal(): Terminal {
	const { stdin, stdout, stderr } = process;
	// `interactly … | head` closes our output early; that ends the work and is no failure.
	stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
	// Nobody reads the complaints any more; the work is still wanted.
	stderr.on('error', () => undefined);
	return {
		out: (data) => void stdout.write(data),
		err: (text) => void stderr.write(text),
		readInput: async () => {
			const chunks: Buffer[] = [];
			for await (const chunk of stdin) chunks.push(chunk as Buffer);
			return Buffer.concat(chunks).toString('utf8');
		},
		lines: ({ prompt, signal } = {}) => {
			const isAsking = prompt !== undefined && stdin.isTTY === true;
			const reader = createInterface({ input: stdin, ...(isAsking ? { output: stdout, prompt } : {}) });
			// A terminal that is read line by line hands Ctrl-C to the reader and not to the process.
			reader.on('SIGINT', () => process.emit('SIGINT'));
			const close = () => reader.close();
			if (signal?.aborted === true) close();
			signal?.addEventListener('abort', close, { once: true });
			const lines = reader[Symbol.asyncIterator]();
			return {
				next: async () => {
					if (isAsking) reader.prompt();
					const { done, value } = await lines.next();
					return done === true ? null : value;
				},
				close,
			};
		},
		interruption: () => interruptionOf(process),
		isInteractive: stdin.isTTY === true && stdout.isTTY === true,
		isScreen: stdout.isTTY === true,
		env: process.env,
		clock: systemClock,
	};
}
