/** `npm test` itself: its figures, its last line and its exit code, also when a part crashes or leaves nothing behind. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'interactly-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (path: string, text: string) => {
	mkdirSync(dirname(join(folder, path)), { recursive: true });
	writeFileSync(join(folder, path), text);
};
mkdirSync(join(folder, 'scripts'));
copyFileSync(join(__dirname, '../../scripts/test.js'), join(folder, 'scripts/test.js'));

const report = (figures: object) =>
	JSON.stringify({
		numPassedTests: 0,
		numFailedTests: 0,
		numPendingTests: 0,
		numTodoTests: 0,
		numRuntimeErrorTestSuites: 0,
		...figures,
	});

/** Runs parts against a jest that writes the given report, if any, and ends as told. */
function run(parts: readonly string[], jest: { report?: string; end: string }) {
	const writing =
		jest.report === undefined
			? ''
			: `const file = process.argv.find((word) => word.startsWith('--outputFile=')).slice(13);
				require('node:fs').writeFileSync(file, ${JSON.stringify(jest.report)});`;
	write('node_modules/jest/bin/jest.js', `${writing}\n${jest.end}`);
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(folder, 'scripts/test.js'), ...parts],
		{ encoding: 'utf8' },
	);
	return { status, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', stdout, stderr };
}

it('sums the figures of all parts into one plain last line', () => {
	write('scripts/build.js', '');
	const result = run(['build', 'unit', 'n8n'], { report: report({ numPassedTests: 7 }), end: '' });
	expect(result).toMatchObject({ status: 0, lastLine: '15 passed, 0 failed' });
});

it('counts skipped tests and tests to be written apart', () => {
	const result = run(['unit'], {
		report: report({ numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 }),
		end: '',
	});
	expect(result.lastLine).toBe('3 passed, 0 failed, 2 skipped');
});

it('a failed test and a file that cannot be loaded fail the whole', () => {
	const figures = { numPassedTests: 3, numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
	const result = run(['unit'], { report: report(figures), end: 'process.exit(1)' });
	expect(result).toMatchObject({ status: 1, lastLine: '3 passed, 3 failed' });
});

it.each([
	['throws', "throw new Error('broken')"],
	['is killed', "process.kill(process.pid, 'SIGKILL')"],
	['ends well but leaves no report', ''],
])('a part that %s counts as one failure, and the other parts still run', (_how, end) => {
	write('scripts/build.js', '');
	const result = run(['build', 'unit', 'browser'], { end });
	expect(result).toMatchObject({ status: 1, lastLine: '1 passed, 2 failed' });
});

it('a part that fails after a report without failures is not taken for a success', () => {
	const result = run(['unit'], { report: report({ numPassedTests: 5 }), end: 'process.exit(1)' });
	expect(result).toMatchObject({ status: 1, lastLine: '5 passed, 1 failed' });
});

it('a build that fails is one failure', () => {
	write('scripts/build.js', 'process.exit(3)');
	expect(run(['build'], { end: '' })).toMatchObject({ status: 1, lastLine: '0 passed, 1 failed' });
});

it('a part it does not know is refused', () => {
	const result = run(['units'], { end: '' });
	expect(result.status).toBe(2);
	expect(result.stderr).toContain('build, types, lint');
});
