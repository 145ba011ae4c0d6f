/** Graph files for the commands: read from a path or standard input, and parsed. */

import { readFile } from 'node:fs/promises';
import { graphIn, type OpenedGraph } from '../assemble/graph-source';
import { InputError, messageOf } from '../errors';
import type { Terminal } from './terminal';

/** The name under which standard input is spoken of. */
const STANDARD_INPUT = '-';

/**
 * The text of a file in UTF-8, or in UTF-16 with its mark.
 *
 * @throws {InputError} `FILE_UNREADABLE`.
 */
export async function readText(terminal: Terminal, file: string): Promise<string> {
	if (file === STANDARD_INPUT) return await terminal.readInput();
	try {
		return decoded(await readFile(file), nameOf(file));
	} catch (error) {
		if (error instanceof InputError) throw error;
		throw new InputError('FILE_UNREADABLE', `${nameOf(file)} cannot be read: ${reasonOf(error)}`, {
			advice: 'Name a file that exists and that you may read; - reads standard input.',
			cause: error,
		});
	}
}

/** Bytes that are no text are refused: read all the same, they would be lost when the file is written. */
function decoded(bytes: Buffer, name: string): string {
	const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
	const encoding = !isUtf16 ? 'utf-8' : bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch (error) {
		throw new InputError(
			'FILE_UNREADABLE',
			`${name} cannot be read: it is not ${encoding.toUpperCase()} text.`,
			{
				advice: 'Save the file as UTF-8.',
				cause: error,
			},
		);
	}
}

export const nameOf = (file: string) => (file === STANDARD_INPUT ? 'standard input' : file);

function reasonOf(error: unknown): string {
	const reasons: Record<string, string> = {
		ENOENT: 'there is no such file.',
		EISDIR: 'it is a folder.',
		EACCES: 'permission is denied.',
	};
	return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
}

/**
 * The graph of a file that holds one.
 *
 * @param request `version` is the number of a version of a bundle; without it the active one.
 * @throws {InputError} `FILE_UNREADABLE`, `GRAPH_UNREADABLE`, `VERSION_UNKNOWN`.
 */
export async function loadGraphFile(request: {
	terminal: Terminal;
	file: string;
	version?: number | undefined;
}): Promise<OpenedGraph> {
	const { terminal, file, version = 'active' } = request;
	const hint = '"interactly check" lists every fault.';
	return graphIn(await readText(terminal, file), { version, name: nameOf(file), hint });
}
