/** `npm run install:n8n`: what it refuses before it builds anything; the installation itself carries the real-n8n tests. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../../scripts/install.js');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'interactly-install-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(args: string[], env: Record<string, string> = {}) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
		env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
		encoding: 'utf8',
	});
	return { status, stdout, stderr };
}

it.each([
	['the home folder', [], {}],
	['a folder that is named', ['named'], {}],
	['the folder of N8N_USER_FOLDER', [], { N8N_USER_FOLDER: '/nowhere' }],
])('refuses %s when n8n never ran there, and says what to do', (_title, args: string[], env) => {
	const { status, stderr } = install(args, env);
	expect(status).toBe(1);
	expect(stderr).toMatch(/^install: there is no folder \.n8n in .*\. Name n8n's user folder/);
});

it('explains itself, and takes one folder at most', () => {
	expect(install(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('[-- FOLDER]') });
	expect(install(['a', 'b'])).toMatchObject({ status: 2, stdout: expect.stringContaining('[-- FOLDER]') });
});
