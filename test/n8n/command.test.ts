/** The built `interactly` command as a process of its own: input from a pipe, output into one, an interruption. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const project = join(__dirname, '../..');
const command = join(project, 'dist/lib/cli/main.js');
const graph = join(project, 'examples/refill-line.json');

function start(args: readonly string[], env: Record<string, string> = {}) {
	const child = spawn(process.execPath, [command, ...args], {
		env: { PATH: process.env.PATH ?? '', ...env },
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let err = '';
	child.stderr.on('data', (data: Buffer) => (err += data.toString()));
	return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), err: () => err };
}

async function exitCode(child: ReturnType<typeof spawn>): Promise<number | null> {
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	return child.exitCode;
}

beforeAll(() => {
	if (!existsSync(command)) throw new Error('dist is missing: run "npm run build" first.');
});

it('answers each line as it comes, and ends with its input', async () => {
	const { child, lines } = start(['chat', graph, '--json']);
	const nextTurn = async () => {
		for (;;) {
			const { value, done } = await lines.next();
			if (done === true) throw new Error('the output ended before the turn did');
			const line = JSON.parse(value) as { type: string; turn_number: number };
			if (line.type === 'turn') return line;
		}
	};
	child.stdin.write('{"message":null}\n');
	expect(await nextTurn()).toMatchObject({ turn_number: 1, status: 'waiting_for_user_input' });
	child.stdin.write('{"message":null,"command":"stop"}\n');
	expect(await nextTurn()).toMatchObject({ status: 'cancelled', is_completed: true });
	child.stdin.end();
	expect(await exitCode(child)).toBe(0);
});

it('an interruption ends a conversation in order: nothing on standard error, no trace of a crash', async () => {
	const { child, lines, err } = start(['chat', graph, '--json']);
	child.stdin.write('{"message":null}\n');
	await lines.next();
	child.kill('SIGINT');
	child.stdin.end();
	expect(await exitCode(child)).not.toBeNull();
	expect(err()).toBe('');
});

it('output that nobody reads any more ends the command quietly', async () => {
	const { child, err } = start(['check', graph, graph, graph]);
	child.stdout.destroy();
	expect(await exitCode(child)).toBe(0);
	expect(err()).toBe('');
});

it('arguments it does not know end with exit code 2 and an explanation', async () => {
	const { child, err } = start(['chekc']);
	expect(await exitCode(child)).toBe(2);
	expect(err()).toContain('Did you mean check?');
});
