/** Builds dist: compiles, copies icons and codex files, and writes the metadata n8n loads nodes lazily by. */

const { spawnSync } = require('node:child_process');
const { rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');

const steps = [
	['compile', 'typescript-native/bin/tsc', '-p', 'tsconfig.json'],
	['copy icons', 'gulp/bin/gulp.js', '--silent', 'build'],
	['write n8n metadata', 'n8n-core/bin/generate-metadata'],
];

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [title, program, ...args] of steps) {
	const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
		cwd: root,
		stdio: 'inherit',
	});
	if (status !== 0) {
		console.error(`build: could not ${title} (exit ${status ?? 'by signal'}); see above.`);
		process.exit(1);
	}
}
