/** Leases of dead processes are free at once; those of living ones, and of other places, are waited for. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isDead, newOwner } from '../../lib/run/owner';

const withPart = (index: number, part: string) => newOwner().split('/').with(index, part).join('/');

test('this process is alive, and every hold has an owner of its own', () => {
	expect(isDead(newOwner())).toBe(false);
	expect(newOwner()).not.toBe(newOwner());
});

test('a process that has ended is dead, one that runs is not', async () => {
	const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
	const owner = withPart(1, String(child.pid)).split('/').with(2, 'another').join('/');
	expect(isDead(owner)).toBe(false);
	child.kill('SIGKILL');
	await once(child, 'exit');
	expect(isDead(owner)).toBe(true);
});

test('a former process of the same number is dead; one of another place never counts as dead', () => {
	const former = newOwner().split('/').with(2, 'another');
	expect(isDead(former.join('/'))).toBe(true);
	expect(isDead(former.with(0, 'elsewhere').join('/'))).toBe(false);
	expect(isDead('a3c6a1c0-0000-4000-8000-000000000000')).toBe(false);
});
