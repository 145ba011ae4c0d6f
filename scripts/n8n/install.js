/** Installs the pinned n8n into the user's cache folder, once per machine; the demo and the tests share it. */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { homedir } = require('node:os');
const { delimiter, dirname, join, resolve } = require('node:path');

const N8N_VERSION = '2.40.7';
const NODE_MAJOR = '24';

/** The folder of everything this project keeps on a machine outside its own tree. */
function cacheFolder() {
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-interactly');
}

/** Where the pinned n8n lives, whether it is there yet or not. */
function n8nFolder() {
	return join(cacheFolder(), `n8n-${N8N_VERSION}`);
}

/**
 * Makes sure the pinned n8n is installed and returns its paths.
 *
 * @param {(line: string) => void} say Receives progress lines.
 * @returns {Promise<{ folder: string, node: string, n8n: string, version: string }>}
 */
async function ensureN8n(say) {
	const folder = n8nFolder();
	const paths = {
		folder,
		node: join(folder, 'node_modules', '.bin', 'node'),
		n8n: join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
		version: N8N_VERSION,
	};
	if (isComplete(folder)) return paths;
	fs.mkdirSync(folder, { recursive: true });
	const unlock = await lock(`${folder}.lock`, say);
	try {
		if (!isComplete(folder)) await install(folder, say);
	} finally {
		unlock();
	}
	return paths;
}

function isComplete(folder) {
	return fs.existsSync(join(folder, 'complete.json'));
}

async function install(folder, say) {
	say(`Installing n8n ${N8N_VERSION} into ${folder}: once per machine, about 5 minutes and 3 GB.`);
	const manifest = { name: 'n8n-under-test', private: true };
	fs.writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
	// Install scripts stay off: one of n8n's many dependencies compiles a Kafka client that is never used here.
	await npm(['install', '--ignore-scripts', `n8n@${N8N_VERSION}`, `node@${NODE_MAJOR}`], {
		folder,
		title: 'packages',
		say,
	});
	await npm(['rebuild', 'node', 'sqlite3'], { folder, title: `Node ${NODE_MAJOR} and SQLite`, say });
	const marker = { n8n: N8N_VERSION, node: NODE_MAJOR, installedAt: new Date().toISOString() };
	fs.writeFileSync(join(folder, 'complete.json'), `${JSON.stringify(marker)}\n`);
	say(`n8n ${N8N_VERSION} is installed.`);
}

/** Runs npm in the folder, and says every 20 seconds that it is still at work. */
function npm(args, { folder, title, say }) {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 1000);
	say(`  ${title} …`);
	const ticker = setInterval(() => say(`  ${title} … ${seconds()} s`), 20_000);
	const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: folder,
		env: npmEnvironment(),
		stdio: ['ignore', 'ignore', 'pipe'],
		shell: process.platform === 'win32',
	});
	let errors = '';
	child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
	return new Promise((done, fail) => {
		child.on('error', fail);
		child.on('close', (code) => {
			clearInterval(ticker);
			if (code !== 0) {
				fail(new Error(`npm ${args[0]} failed in ${folder} (exit ${code}).\n${errors.trim()}`));
				return;
			}
			say(`  ${title}: done after ${seconds()} s`);
			done();
		});
	});
}

/** The environment without what an outer `npm run` says about another project. */
function npmEnvironment() {
	const entries = Object.entries(process.env).filter(
		([name]) => !/^npm_(package|lifecycle|config_local_prefix)|^(INIT_CWD|NODE_ENV)$/.test(name),
	);
	const headers = nodeWithHeaders();
	return { ...Object.fromEntries(entries), ...(headers ? { npm_config_nodedir: headers } : {}) };
}

/** The folder of a Node that brings its C headers, so that compiling SQLite downloads none. */
function nodeWithHeaders() {
	const programs = [
		process.execPath,
		...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node')),
	];
	return programs
		.filter((program) => fs.existsSync(program))
		.map((program) => resolve(dirname(fs.realpathSync(program)), '..'))
		.find((folder) => fs.existsSync(join(folder, 'include', 'node', 'node_api.h')));
}

/** Takes a lock file, waiting while another live process holds it; returns the function that gives it back. */
async function lock(path, say) {
	let hasSaidSo = false;
	for (;;) {
		try {
			fs.writeFileSync(path, String(process.pid), { flag: 'wx' });
			return () => fs.rmSync(path, { force: true });
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
		if (isAbandoned(path)) {
			fs.rmSync(path, { force: true });
			continue;
		}
		if (!hasSaidSo) say('Another process is installing n8n; waiting for it.');
		hasSaidSo = true;
		await new Promise((wake) => setTimeout(wake, 1000));
	}
}

function isAbandoned(path) {
	try {
		process.kill(Number(fs.readFileSync(path, 'utf8')), 0);
		return false;
	} catch (error) {
		return error.code === 'ESRCH' || error.code === 'ENOENT';
	}
}

module.exports = { cacheFolder, ensureN8n, npmEnvironment, N8N_VERSION };
