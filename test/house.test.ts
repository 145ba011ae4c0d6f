/** The house rules, held by every file of the project: arrows, captions, lengths, names, no native parts. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrowFaults, loadingFaults } from './house/arrows';
import { addressFaults, nativeFaults, type Lock } from './house/dependencies';
import {
	captionFaults,
	cycleFaults,
	lengthFaults,
	libFaults,
	machinePathFaults,
	nameFaults,
} from './house/form';
import { readTree } from './house/source-tree';

const project = join(__dirname, '..');
const readJson = <T>(path: string) => JSON.parse(readFileSync(join(project, path), 'utf8')) as T;
const manifest = readJson<{ dependencies: Record<string, string> }>('package.json');
const lock = readJson<Lock>('package-lock.json');
const files = readTree(project, ['lib', 'nodes', 'credentials']);

/** Packages whose install script may be left out, with the reason. */
const harmless = { protobufjs: 'its script only prints a notice about version ranges' };

/** Files that git tracks or would track: nothing generated, nothing ignored. */
function projectPaths(): string[] {
	const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
		cwd: project,
		encoding: 'utf8',
	});
	return listing.split('\n').filter((path) => path !== '');
}

describe('the house', () => {
	it('has source files to look at', () => {
		expect(files.length).toBeGreaterThan(20);
	});

	it('imports only down the ladder of rooms', () => {
		expect(arrowFaults(files, { dependencies: Object.keys(manifest.dependencies) })).toEqual([]);
	});

	it('loads no heavy package before its first use', () => {
		const entryPoints = files
			.map(({ path }) => path)
			.filter((path) => /^(lib\/(index|cli\/main)\.ts|nodes|credentials)/.test(path));
		expect(loadingFaults(files, entryPoints)).toEqual([]);
	});

	it('has no import cycle', () => {
		expect(cycleFaults(files)).toEqual([]);
	});

	it('opens every file with a caption', () => {
		expect(captionFaults(files)).toEqual([]);
	});

	it('keeps every file within 300 lines', () => {
		expect(lengthFaults(files)).toEqual([]);
	});

	it('names lib files in kebab-case and exports by name', () => {
		expect(libFaults(files)).toEqual([]);
	});

	it('has no place for leftovers', () => {
		expect(nameFaults(projectPaths())).toEqual([]);
	});

	it('mentions no path of one machine', () => {
		const texts = projectPaths()
			.filter((path) => /\.(ts|js|mjs|json|md|yml|sh)$|^\.ci\//.test(path) && path !== 'package-lock.json')
			.map((path) => [path, readFileSync(join(project, path), 'utf8')] as const);
		expect(machinePathFaults(Object.fromEntries(texts))).toEqual([]);
	});

	it('needs no native part and no install script at run time', () => {
		expect(nativeFaults({ project, lock, harmless })).toEqual([]);
	});

	it('has a lock file that works with any registry', () => {
		expect(addressFaults(lock)).toEqual([]);
	});
});
