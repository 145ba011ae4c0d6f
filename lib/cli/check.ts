/** `interactly check`: the faults of graph files, with place, rule and mending advice. */

import { checkDocument, type CheckedDocument } from '../assemble/graph-source';
import { InputError } from '../errors';
import type { Fault } from '../graph/fault';
import { nameOf, readText } from './document';
import { errorText } from './error-text';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

interface FileReport extends CheckedDocument {
	file: string;
	errors: number;
	warnings: number;
}

/** One document for all files: `{files: [{file, kind, name, nodes, edges, errors, warnings, faults}], errors, warnings}`. */
export async function check(
	terminal: Terminal,
	{ files, isJson }: { files: readonly string[]; isJson: boolean },
): Promise<ExitCode> {
	const reports: FileReport[] = [];
	let unread = 0;
	for (const file of files) {
		const text = await readText(terminal, file).catch((error: unknown) => {
			// The other files are checked all the same.
			if (!(error instanceof InputError)) throw error;
			terminal.err(errorText(error));
			return null;
		});
		if (text === null) {
			unread++;
			continue;
		}
		const report = reportOn(file, text);
		reports.push(report);
		if (!isJson) terminal.out(reportText(report));
	}
	if (reports.length === 0) return EXIT_CODES.trouble;
	const errors = reports.reduce((sum, report) => sum + report.errors, 0);
	const warnings = reports.reduce((sum, report) => sum + report.warnings, 0);
	if (isJson) terminal.out(`${JSON.stringify({ files: reports, errors, warnings }, null, 2)}\n`);
	else if (reports.length > 1) terminal.out(`\n${reports.length} files: ${countText(errors, warnings)}\n`);
	if (unread > 0) return EXIT_CODES.trouble;
	return errors > 0 ? EXIT_CODES.found : EXIT_CODES.fine;
}

function reportOn(file: string, text: string): FileReport {
	const { faults, ...facts } = checkDocument(text);
	return {
		file: nameOf(file),
		...facts,
		errors: faults.filter(({ severity }) => severity === 'error').length,
		warnings: faults.filter(({ severity }) => severity === 'warning').length,
		faults,
	};
}

function reportText(report: FileReport): string {
	const size =
		report.nodes + report.edges === 0
			? ''
			: `, ${plural(report.nodes, 'node')}, ${plural(report.edges, 'edge')}`;
	const head = `${report.file} (${report.kind.replaceAll('_', ' ')}${size}): ${countText(report.errors, report.warnings)}`;
	return `${[head, ...report.faults.map(faultText)].join('\n')}\n`;
}

function faultText({ severity, rule, path, subject, message, advice }: Fault): string {
	const about = subject === null ? '' : ` (${subject})`;
	return `  ${severity.padEnd(7)} ${rule} at ${path}${about}\n          ${message}\n          → ${advice}`;
}

function countText(errors: number, warnings: number): string {
	const some = (count: number, word: string) => (count === 0 ? [] : [plural(count, word)]);
	return [...(errors === 0 ? ['ok'] : some(errors, 'error')), ...some(warnings, 'warning')].join(', ');
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
