/** `interactly diff`: what changed between two graph files. */

import { diffGraphs, isEmptyDiff } from '../convert/diff';
import { diffText } from '../convert/diff-text';
import { loadGraphFile } from './document';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

export interface DiffRequest {
	a: string;
	b: string;
	versionA?: number;
	versionB?: number;
	json: boolean;
}

/** With `json`, the object of the API's version comparison (1.6), changes beside the graph included. */
export async function diff(terminal: Terminal, request: DiffRequest): Promise<ExitCode> {
	const before = await loadGraphFile({ terminal, file: request.a, version: request.versionA });
	const after = await loadGraphFile({ terminal, file: request.b, version: request.versionB });
	const difference = diffGraphs(before.raw, after.raw);
	if (request.json) {
		const { patch: _everything, ...report } = difference;
		terminal.out(`${JSON.stringify(report, null, 2)}\n`);
	} else terminal.out(diffText(difference));
	return isEmptyDiff(difference) ? EXIT_CODES.fine : EXIT_CODES.found;
}
