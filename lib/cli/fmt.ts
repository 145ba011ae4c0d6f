/** `interactly fmt`: a document of any dialect in its canonical wire form, in its own envelope or without it. */

import { InputError } from '../errors';
import type { Fault } from '../graph/fault';
import { formatDocument, type FormatChoice } from '../graph/formatted';
import { nameOf, readText } from './document';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';
import { replaceFile } from './write-file';

export interface FormatRequest extends FormatChoice {
	file: string;
	write: boolean;
}

export async function format(terminal: Terminal, request: FormatRequest): Promise<ExitCode> {
	const { file, write } = request;
	if (write && file === '-') {
		throw new InputError('FILE_MISSING', 'Standard input cannot be written back.', {
			advice: 'Name a file, or leave out --write to have the result printed.',
		});
	}
	const text = await readText(terminal, file);
	const { text: result, faults } = formatDocument(text, request);
	if (result === null) return refuse(terminal, file, faults);
	for (const { path, message } of faults) terminal.err(`${path}: ${message}\n`);
	if (!write) terminal.out(result);
	else if (result === text) terminal.err(`${file}: canonical already\n`);
	else {
		await replaceFile(file, result);
		terminal.err(`${file}: written\n`);
	}
	return EXIT_CODES.fine;
}

function refuse(terminal: Terminal, file: string, faults: readonly Fault[]): ExitCode {
	const findings = faults.map(
		({ rule, path, message, advice }) => `  ${rule} at ${path}: ${message}\n  → ${advice}\n`,
	);
	terminal.err(`${nameOf(file)} cannot be formatted:\n${findings.join('')}`);
	return EXIT_CODES.found;
}
