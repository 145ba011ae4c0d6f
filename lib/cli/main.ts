#!/usr/bin/env node
/** The `interactly` command: refuses an old Node in one sentence, then runs the program. */

import { oldNodeSentence } from './node-version';

const refusal = oldNodeSentence(process.versions.node);
if (refusal !== null) {
	process.stderr.write(`${refusal}\n`);
	process.exitCode = 2;
} else {
	// Compiling what is loaded is most of a start: Node keeps the result among the temporary files.
	const { enableCompileCache } = require('node:module') as typeof import('node:module');
	enableCompileCache();
	// Loaded only now: an older Node may not be able to load the rest at all.
	const { runCli } = require('./program') as typeof import('./program');
	const { processTerminal } = require('./terminal') as typeof import('./terminal');
	void runCli(process.argv.slice(2), processTerminal()).then((code) => {
		process.exitCode = code;
	});
}
