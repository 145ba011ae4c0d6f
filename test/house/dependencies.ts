/** What an installation brings: every runtime package, and those that could not work without an install script. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
	dev?: boolean;
	hasInstallScript?: boolean;
	resolved?: string;
	optional?: boolean;
}

export interface Lock {
	packages: Record<string, LockEntry>;
}

/** Folders (`node_modules/zod`) of the packages that `npm install --omit=dev` would bring. */
export function runtimeFolders(lock: Lock): string[] {
	return Object.keys(lock.packages).filter((folder) => folder !== '' && lock.packages[folder]?.dev !== true);
}

/**
 * Native parts of a runtime package. n8n installs community packages with install scripts off, so a
 * package that compiles or downloads at its installation never works there.
 *
 * @param harmless Packages whose install script may be left out, each with the reason.
 */
export function nativeFaults(request: {
	project: string;
	lock: Lock;
	harmless: Record<string, string>;
}): string[] {
	const { project, lock, harmless } = request;
	return runtimeFolders(lock).flatMap((folder) => {
		const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
		const faults = nativeFiles(join(project, folder)).map((file) => `${name} carries ${file}`);
		const hasScript =
			lock.packages[folder]?.hasInstallScript === true || declaresInstallScript(join(project, folder));
		if (hasScript && !(name in harmless)) faults.push(`${name} runs a script when it is installed`);
		return faults;
	});
}

/** Lock entries that name a download address: the file must work with any registry. */
export function addressFaults(lock: Lock): string[] {
	return Object.entries(lock.packages)
		.filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''))
		.map(([folder]) => `${folder} names a download address in package-lock.json`);
}

function declaresInstallScript(folder: string): boolean {
	const manifestPath = join(folder, 'package.json');
	if (!existsSync(manifestPath)) return false;
	const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as {
		gypfile?: boolean;
		scripts?: Record<string, string>;
	};
	const scripts = manifest.scripts ?? {};
	return (
		manifest.gypfile === true || ['preinstall', 'install', 'postinstall'].some((name) => name in scripts)
	);
}

function nativeFiles(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		if (entry.name === 'node_modules') return [];
		if (entry.isDirectory())
			return nativeFiles(join(folder, entry.name)).map((file) => `${entry.name}/${file}`);
		return entry.name === 'binding.gyp' || entry.name.endsWith('.node') ? [entry.name] : [];
	});
}
