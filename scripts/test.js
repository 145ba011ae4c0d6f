/** Runs the parts of the test suite one after another and ends with one line of figures over all of them. */

const { spawn } = require('node:child_process');
const { mkdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const artifacts = join(root, 'test-artifacts');
const modules = join(root, 'node_modules');

/** A part either counts as one check (`command`) or brings its own figures (`project`, a jest project). */
const parts = [
	{ name: 'build', command: [join(root, 'scripts/build.js')], minutes: 3 },
	{
		name: 'types',
		command: [join(modules, 'typescript-native/bin/tsc'), '-p', 'tsconfig.test.json'],
		minutes: 2,
	},
	{ name: 'lint', command: [join(modules, 'eslint/bin/eslint.js'), '--max-warnings', '0', '.'], minutes: 4 },
	{
		name: 'format',
		command: [join(modules, 'prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
		minutes: 2,
	},
	{ name: 'unit', project: 'unit', minutes: 8 },
	{ name: 'n8n', project: 'n8n', minutes: 14 },
	{ name: 'browser', project: 'browser', minutes: 6 },
];

async function main(names) {
	const unknown = names.filter((name) => !parts.some((part) => part.name === name));
	if (unknown.length > 0) {
		const known = parts.map((part) => part.name).join(', ');
		console.error(`test: no part is called ${unknown.join(', ')}; the parts are ${known}.`);
		process.exit(2);
	}
	mkdirSync(artifacts, { recursive: true });
	const chosen = names.length === 0 ? parts : parts.filter((part) => names.includes(part.name));
	const results = [];
	for (const part of chosen) results.push({ part, ...(await run(part)) });

	console.log('');
	for (const { part, seconds, note, ...figures } of results) {
		console.log(`${part.name.padEnd(8)} ${summary(figures)}, ${seconds} s${note === '' ? '' : ` (${note})`}`);
	}
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const result of results) for (const key of Object.keys(total)) total[key] += result[key];
	console.log('');
	console.log(summary(total));
	process.exitCode = total.failed > 0 ? 1 : 0;
}

const summary = ({ passed, failed, skipped }) =>
	`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

async function run(part) {
	console.log(`\n--- ${part.name}`);
	const report = join(artifacts, `${part.name}.json`);
	rmSync(report, { force: true });
	const startedMs = Date.now();
	const ended = await runProcess(
		part.project === undefined ? part.command : jestCommand(part, report),
		part.minutes,
	);
	const seconds = Math.round((Date.now() - startedMs) / 1000);
	const figures = part.project === undefined ? { passed: 1, failed: 0, skipped: 0 } : readReport(report);
	// A part that crashed, ran out of time or left no report fails, whatever it counted before.
	if (ended.note !== '' || figures === null || (ended.code !== 0 && figures.failed === 0)) {
		const note = ended.note || (figures === null ? 'ended without a report' : `exit code ${ended.code}`);
		const passed = part.project === undefined ? 0 : (figures?.passed ?? 0);
		return { passed, failed: (figures?.failed ?? 0) + 1, skipped: figures?.skipped ?? 0, seconds, note };
	}
	return { ...figures, seconds, note: '' };
}

function jestCommand(part, report) {
	const options = ['--selectProjects', part.project, '--json', `--outputFile=${report}`, '--ci'];
	return [join(modules, 'jest/bin/jest.js'), ...options];
}

/** Runs one program of this Node in a process group of its own, so that a hanging part ends with its children. */
function runProcess(command, minutes) {
	return new Promise((resolve) => {
		// Jest repeats its report on standard output; the file is enough.
		const isJest = command.includes('--json');
		const child = spawn(process.execPath, command, {
			cwd: root,
			stdio: ['ignore', isJest ? 'ignore' : 'inherit', 'inherit'],
			detached: true,
			// Some tools take any FORCE_COLOR for a yes, so a pipe says no in the other way.
			env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
		});
		let note = '';
		const end = (signal) => {
			try {
				process.kill(-child.pid, signal);
			} catch (error) {
				if (error.code !== 'ESRCH') throw error;
			}
		};
		const limit = setTimeout(() => {
			note = `stopped after ${minutes} minutes`;
			end('SIGKILL');
		}, minutes * 60_000);
		const onInterrupt = (signal) => {
			end(signal);
			process.exit(130);
		};
		process.once('SIGINT', onInterrupt);
		process.once('SIGTERM', onInterrupt);
		child.on('error', (error) => {
			clearTimeout(limit);
			resolve({ code: 1, note: error.message });
		});
		child.on('exit', (code, signal) => {
			clearTimeout(limit);
			process.removeListener('SIGINT', onInterrupt);
			process.removeListener('SIGTERM', onInterrupt);
			// Servers and workers a crashed part left behind must not outlive it.
			end('SIGTERM');
			resolve({ code: code ?? 1, note: note || (signal === null ? '' : `ended by ${signal}`) });
		});
	});
}

/** Jest's figures; a test file that could not be loaded counts as one failure. */
function readReport(path) {
	let report;
	try {
		report = JSON.parse(readFileSync(path, 'utf8'));
	} catch (error) {
		console.error(`test: the report cannot be read: ${error.message}`);
		return null;
	}
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
		skipped: report.numPendingTests + report.numTodoTests,
	};
}

main(process.argv.slice(2)).catch((error) => {
	console.error(error);
	console.log('0 passed, 1 failed');
	process.exitCode = 1;
});
