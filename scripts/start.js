/** `npm start`: a running n8n with this package, the example graphs and a demo chat; Ctrl-C ends it. */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const node24 = join(root, 'node_modules', '.bin', 'node');

const HELP = `npm start [-- options]

  --check          hold one scripted conversation through the public chat, print it, exit 0 or 1
  --folder FOLDER  n8n's user folder (default: demo in this project's cache folder)
  --port NUMBER    port on 127.0.0.1 (default 5678, or the next free one)
  --help           this text

With OPENAI_API_KEY (and OPENAI_BASE_URL) set, a real model answers; else a local stand-in.`;

const versionOf = (text) => Number(text.split('.')[0]);

if (!fs.existsSync(node24)) {
	console.error('start: the dependencies are missing. Run "npm ci" first.');
	process.exitCode = 1;
} else if (versionOf(process.versions.node) < 24) {
	again();
} else {
	require('./demo/demo')
		.runDemo({ argv: process.argv.slice(2), help: HELP, root })
		.catch((error) => {
			console.error(`start: ${error.message}`);
			process.exitCode = 1;
		});
}

/** Runs this script once more on the Node 24 that npm ci brought. */
function again() {
	const child = spawn(node24, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
	// Ctrl-C reaches the child by itself; this process only waits for it.
	process.on('SIGINT', () => undefined);
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	child.on('exit', (code) => (process.exitCode = code ?? 1));
}
