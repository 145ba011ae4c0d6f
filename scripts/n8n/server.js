/** Runs one n8n process on the loopback address: start, wait until ready, stop, kill. */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { delimiter, join } = require('node:path');
const { freePort } = require('./ports');

/** Modules of n8n that call its own services or need a license; a local n8n is quieter without them. */
const DISABLED_MODULES = [
	'insights',
	'mcp',
	'mcp-registry',
	'instance-ai',
	'chat-hub',
	'workflow-builder',
	'instance-version-history',
	'quick-connect',
	'breaking-changes',
	'favorites',
];

/**
 * Starts n8n and resolves once its webhooks answer.
 *
 * @param {object} options
 * @param {{ folder: string, node: string, n8n: string }} options.install From `ensureN8n`.
 * @param {string} options.userFolder Holds `.n8n`: database, settings, community packages.
 * @param {number} [options.port] Port on 127.0.0.1; a free one when left out.
 * @param {Record<string, string>} [options.env] Further settings.
 * @returns {Promise<{ url: string, port: number, pid: number, logFile: string, exited: Promise<number | null>,
 *   stop(): Promise<void>, kill(): Promise<void> }>}
 */
async function startN8n({ install, userFolder, port, env = {} }) {
	fs.mkdirSync(userFolder, { recursive: true });
	const logFile = join(userFolder, 'n8n.log');
	const log = fs.openSync(logFile, 'a');
	const ownPort = port ?? (await freePort());
	const child = spawn(install.node, [install.n8n, 'start'], {
		cwd: userFolder,
		env: environment({ install, userFolder, port: ownPort, brokerPort: await freePort(), env }),
		stdio: ['ignore', log, log],
		// Its own process group: Ctrl-C reaches this process only, which then stops n8n in order.
		detached: process.platform !== 'win32',
	});
	fs.closeSync(log);
	const exited = new Promise((done) => child.once('exit', (code) => done(code)));
	const url = `http://127.0.0.1:${ownPort}`;
	const end = async (signal) => {
		if (child.exitCode === null && child.signalCode === null) signalGroup(child, signal);
		await exited;
	};
	const server = {
		url,
		port: ownPort,
		pid: child.pid,
		logFile,
		exited,
		stop: () => end('SIGTERM'),
		kill: () => end('SIGKILL'),
	};
	try {
		await untilReady({ url, child, logFile });
	} catch (error) {
		await server.kill();
		throw error;
	}
	return server;
}

/** Signals n8n and the task runner it started; SIGTERM goes to n8n alone, which ends its runner itself. */
function signalGroup(child, signal) {
	if (signal === 'SIGKILL' && process.platform !== 'win32') process.kill(-child.pid, signal);
	else child.kill(signal);
}

function environment({ install, userFolder, port, brokerPort, env }) {
	const inherited = Object.entries(process.env).filter(
		([name]) => !/^(npm_|N8N_|DB_|INIT_CWD$|NODE_)/.test(name),
	);
	return {
		...Object.fromEntries(inherited),
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_PROTOCOL: 'http',
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		NODE_ENV: 'production',
		GENERIC_TIMEZONE: 'UTC',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
		N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'false',
		N8N_DISABLED_MODULES: DISABLED_MODULES.join(','),
		// n8n starts its task runner as "node".
		PATH: `${join(install.folder, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
		...env,
	};
}

async function untilReady({ url, child, logFile }) {
	const deadline = Date.now() + 180_000;
	for (;;) {
		if (child.exitCode !== null) throw new Error(`n8n ended with code ${child.exitCode}.\n${tail(logFile)}`);
		if (Date.now() > deadline) throw new Error(`n8n was not ready within 180 s.\n${tail(logFile)}`);
		const isReady = await fetch(`${url}/healthz/readiness`).then(
			(answer) => answer.ok,
			() => false,
		);
		if (isReady) return;
		await new Promise((wake) => setTimeout(wake, 200));
	}
}

function tail(logFile) {
	return `The end of ${logFile}:\n${fs.readFileSync(logFile, 'utf8').slice(-3000)}`;
}

module.exports = { startN8n };
