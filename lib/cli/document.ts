/** Graph files for the commands: read from a path or standard input, and parsed. */

import { readFile } from 'node:fs/promises';
import { InputError, messageOf } from '../errors';
import { toWire } from '../graph/dialect/wire';
import type { Graph } from '../graph/graph';
import { parseDocument, type ParsedDocument, type ParsedVersion } from '../graph/parse';
import type { JsonObject } from '../json';
import type { Terminal } from './terminal';

/** The name under which standard input is spoken of. */
const STANDARD_INPUT = '-';

/** @throws {InputError} `FILE_UNREADABLE`. */
export async function readText(terminal: Terminal, file: string): Promise<string> {
	if (file === STANDARD_INPUT) return await terminal.readInput();
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		throw new InputError('FILE_UNREADABLE', `${nameOf(file)} cannot be read: ${reasonOf(error)}`, {
			advice: 'Name a file that exists and that you may read; - reads standard input.',
			cause: error,
		});
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

export interface LoadedGraph {
	graph: Graph;
	/** In wire form, whatever the spelling of the file. */
	raw: JsonObject;
}

/**
 * The graph of a file that holds one.
 *
 * @param version Number of a version of a bundle; without it the active one.
 * @throws {InputError} `FILE_UNREADABLE`, `GRAPH_UNREADABLE`, `VERSION_UNKNOWN`.
 */
export async function loadGraphFile(request: {
	terminal: Terminal;
	file: string;
	version?: string | undefined;
}): Promise<LoadedGraph> {
	const { terminal, file } = request;
	const document = parseDocument(await readText(terminal, file));
	const found = chosenVersion(document, { file, version: request.version });
	if (found?.graph === null || found?.graph === undefined || found.raw === null) {
		const [fault] = document.faults;
		throw new InputError(
			'GRAPH_UNREADABLE',
			fault === undefined
				? `${nameOf(file)} holds no graph.`
				: `${nameOf(file)} holds no readable graph: ${fault.message}`,
			{
				advice: `${fault?.advice ?? 'Export the workflow with its nodes and edges.'} "interactly check" lists every fault.`,
				...(fault === undefined ? {} : { place: fault.path }),
			},
		);
	}
	return { graph: found.graph, raw: toWire(found.raw).value };
}

function chosenVersion(
	document: ParsedDocument,
	{ file, version }: { file: string; version: string | undefined },
): ParsedVersion | undefined {
	if (version === undefined) {
		// A version fetched alone may name another one as active: it is still the one meant.
		return document.versions.find(({ number }) => number === document.activeVersion) ?? document.versions[0];
	}
	const found = document.versions.find(({ number }) => String(number) === version);
	if (found === undefined) {
		const numbers = document.versions.map(({ number }) => number).join(', ');
		throw new InputError('VERSION_UNKNOWN', `${nameOf(file)} has no version ${version}.`, {
			advice: numbers === '' ? 'It has no versions at all.' : `It has ${numbers}.`,
		});
	}
	return found;
}
