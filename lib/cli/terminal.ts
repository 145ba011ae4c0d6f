/** The terminal as the commands see it: two outputs, one input, the environment; tests bring their own. */

import { createInterface } from 'node:readline';
import { systemClock, type Clock } from '../clock';

export interface Terminal {
	/** What the command is for: standard output. */
	out(data: string | Uint8Array): void;
	/** Progress and complaints: standard error. */
	err(text: string): void;
	/** All of standard input, as text. */
	readInput(): Promise<string>;
	/** Standard input line by line. A prompt is shown before each line when a person types them. */
	lines(prompt?: string): Lines;
	/** Aborts when the person presses Ctrl-C; asked for by commands that have something to finish first. */
	interruption(): AbortSignal;
	/** A person sits at both ends. */
	readonly isInteractive: boolean;
	/** Standard output is a screen and not a file or a pipe. */
	readonly isScreen: boolean;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
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
	return {
		out: (data) => void stdout.write(data),
		err: (text) => void stderr.write(text),
		readInput: async () => {
			const chunks: Buffer[] = [];
			for await (const chunk of stdin) chunks.push(chunk as Buffer);
			return Buffer.concat(chunks).toString('utf8');
		},
		lines: (prompt) => {
			const isAsking = prompt !== undefined && stdin.isTTY === true;
			const reader = createInterface({ input: stdin, ...(isAsking ? { output: stdout, prompt } : {}) });
			// A terminal that is read line by line hands Ctrl-C to the reader and not to the process.
			reader.on('SIGINT', () => {
				process.emit('SIGINT');
				reader.close();
			});
			const lines = reader[Symbol.asyncIterator]();
			return {
				next: async () => {
					if (isAsking) reader.prompt();
					const { done, value } = await lines.next();
					return done === true ? null : value;
				},
				close: () => reader.close(),
			};
		},
		interruption: () => {
			const controller = new AbortController();
			// Once: a second Ctrl-C ends the process as usual.
			process.once('SIGINT', () => controller.abort(new Error('interrupted')));
			return controller.signal;
		},
		isInteractive: stdin.isTTY === true && stdout.isTTY === true,
		isScreen: stdout.isTTY === true,
		env: process.env,
		clock: systemClock,
	};
}
