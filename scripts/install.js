/** `npm run install:n8n`: builds this checkout and installs it as a community package of an n8n on this machine. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join, resolve } = require('node:path');
const { installPackage } = require('./n8n/package');

const root = resolve(__dirname, '..');

const HELP = `npm run install:n8n [-- FOLDER]

  FOLDER  n8n's user folder, which holds .n8n (default: N8N_USER_FOLDER, else your home folder)

Run it again to update. n8n finds the package at its next start.`;

async function main([folder, ...others]) {
	if (folder === '--help' || others.length > 0) {
		console.log(HELP);
		process.exitCode = others.length > 0 ? 2 : 0;
		return;
	}
	const userFolder = resolve(folder ?? (process.env.N8N_USER_FOLDER || homedir()));
	if (!fs.existsSync(join(userFolder, '.n8n'))) {
		throw new Error(
			`there is no folder .n8n in ${userFolder}. Name n8n's user folder (npm run install:n8n -- FOLDER), or start n8n once before.`,
		);
	}
	const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.js')], { stdio: 'inherit' });
	if (status !== 0) throw new Error('the build failed; see above.');
	console.log(`Installed into ${await installPackage(userFolder)}. Restart n8n.`);
}

main(process.argv.slice(2)).catch((error) => {
	console.error(`install: ${error.message}`);
	process.exitCode = 1;
});
