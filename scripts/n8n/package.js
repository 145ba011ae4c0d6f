/** Puts this package into an n8n user folder the way n8n's own installer does. */

const { execFile } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { join, resolve } = require('node:path');
const { promisify } = require('node:util');
const { cacheFolder, npmEnvironment } = require('./install');

const run = promisify(execFile);
const root = resolve(__dirname, '..', '..');

/** The flags n8n 2.40 gives npm: no scripts, no bin links, the package's own node_modules. */
const INSTALL_FLAGS = [
	'install',
	'--ignore-scripts',
	'--install-strategy=shallow',
	'--bin-links=false',
	'--package-lock=false',
	'--no-audit',
	'--no-fund',
	'--loglevel=error',
];

/**
 * Packs the built checkout and installs the tarball into `<userFolder>/.n8n/nodes`.
 *
 * The dependencies are fetched once per set of versions and kept in the cache folder.
 *
 * @param {string} userFolder n8n's user folder (`N8N_USER_FOLDER`).
 * @returns {Promise<string>} The folder of the installed package.
 */
async function installPackage(userFolder) {
	const modules = join(userFolder, '.n8n', 'nodes', 'node_modules');
	const target = join(modules, 'n8n-nodes-interactly');
	fs.mkdirSync(modules, { recursive: true });
	// Made beside its place under a name that n8n passes over: what fails on the way leaves the old one.
	const work = fs.mkdtempSync(join(modules, '.n8n-nodes-interactly-'));
	try {
		const tarball = await pack(work);
		await run('tar', ['-xzf', tarball, '-C', work, '--strip-components=1']);
		fs.rmSync(tarball);
		const manifest = strippedManifest(join(work, 'package.json'));
		fs.writeFileSync(join(work, 'package.json'), JSON.stringify(manifest, null, 2));
		const fetched = await dependencies(manifest.dependencies);
		fs.cpSync(fetched, join(work, 'node_modules'), { recursive: true, verbatimSymlinks: true });
		fs.chmodSync(work, 0o755);
		fs.rmSync(target, { recursive: true, force: true });
		fs.renameSync(work, target);
	} finally {
		fs.rmSync(work, { recursive: true, force: true });
	}
	return target;
}

async function pack(folder) {
	const args = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
	const { stdout } = await run('npm', args, { cwd: root, env: npmEnvironment() });
	const answer = JSON.parse(stdout);
	const [{ filename }] = Array.isArray(answer) ? answer : Object.values(answer);
	return join(folder, filename);
}

/** n8n removes these three before it runs npm. */
function strippedManifest(path) {
	const { devDependencies, peerDependencies, optionalDependencies, ...kept } = JSON.parse(
		fs.readFileSync(path, 'utf8'),
	);
	return kept;
}

async function dependencies(versions) {
	const text = JSON.stringify(versions);
	const name = `modules-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
	const folder = join(cacheFolder(), name);
	if (!fs.existsSync(join(folder, 'node_modules'))) {
		fs.mkdirSync(cacheFolder(), { recursive: true });
		const work = fs.mkdtempSync(`${folder}.`);
		fs.writeFileSync(join(work, 'package.json'), `{"name":"modules","private":true,"dependencies":${text}}`);
		await run('npm', INSTALL_FLAGS, { cwd: work, env: npmEnvironment(), maxBuffer: 1 << 24 });
		publish(work, folder);
	}
	return join(folder, 'node_modules');
}

/** Of two processes that fetched the same set, the first one's copy stays. */
function publish(work, folder) {
	try {
		fs.renameSync(work, folder);
	} catch (error) {
		if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
		fs.rmSync(work, { recursive: true, force: true });
	}
}

module.exports = { installPackage };
