/** Who holds a lease, and whether that process is certainly dead: then nobody has to wait for the lease to run out. */

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const SEPARATOR = '/';

/** Random, so that two processes never share one; the parts before tell where the process lives. */
const processId = randomUUID();

/** An owner for one hold of one run: place, process number, process, hold. */
export function newOwner(): string {
	return [place(), process.pid, processId, randomUUID()].join(SEPARATOR);
}

/**
 * True only when the owner is a process of this very system that no longer runs. Elsewhere — another host,
 * another container — a lease is waited for until it runs out.
 */
export function isDead(owner: string): boolean {
	const [ownerPlace, pid, ownerProcess] = owner.split(SEPARATOR);
	if (ownerPlace !== place() || pid === undefined || ownerProcess === processId) return false;
	// A number is given to one process at a time: ours was another's before.
	if (Number(pid) === process.pid) return true;
	try {
		process.kill(Number(pid), 0);
		return false;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ESRCH';
	}
}

let known: string | null = null;

/**
 * Names the space in which process numbers are unique: on Linux the process namespace of the running kernel,
 * because containers may share a host name and not their processes.
 */
function place(): string {
	known ??= createHash('sha256').update(describePlace()).digest('hex').slice(0, 16);
	return known;
}

function describePlace(): string {
	if (process.platform !== 'linux') return hostname();
	try {
		return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}${readlinkSync('/proc/self/ns/pid')}`;
	} catch (error) {
		// Without a name for the place no owner is ever taken for dead.
		return `${String(error)}${processId}`;
	}
}
