/** Rules of form that hold for every source file: caption, length, names, exports, no import cycle. */

import { resolveImport, type SourceFile } from './source-tree';

export const MAX_LINES = 300;

/** The file opens with one `/** … *\/` sentence that says what it is for. */
export function captionFaults(files: readonly SourceFile[]): string[] {
	return files
		.filter(({ text }) => !/^(#![^\n]*\n)?\/\*\*\s[^\n]*\S[^\n]*[.?]\s\*\/\n/.test(text))
		.map(
			({ path }) =>
				`${path}: the first line is not a caption: /** One sentence that says what the file is for. */`,
		);
}

export function lengthFaults(files: readonly SourceFile[]): string[] {
	return files.flatMap(({ path, text }) => {
		const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
		return lines > MAX_LINES ? [`${path}: ${lines} lines; find the second subject and give it a file`] : [];
	});
}

/** Files and folders are named for the question they answer. */
export function nameFaults(paths: readonly string[]): string[] {
	return paths
		.filter((path) => /(^|\/)(utils?|helpers?|common|shared|misc)(\.[^/]*)?(\/|$)/i.test(path))
		.map((path) => `${path}: a name that says nothing; move it to the room whose question it answers`);
}

/** In lib: kebab-case file names, named exports only. */
export function libFaults(files: readonly SourceFile[]): string[] {
	return files
		.filter(({ path }) => path.startsWith('lib/'))
		.flatMap(({ path, text }) => [
			...(/^[a-z0-9-/]+\.ts$/.test(path) ? [] : [`${path}: file names in lib are kebab-case`]),
			...(/^export default\b/m.test(text) ? [`${path}: default export; exports are named`] : []),
		]);
}

/** Paths of one machine (home folders, work folders) that slipped into the project. */
export function machinePathFaults(texts: Readonly<Record<string, string>>): string[] {
	return Object.entries(texts).flatMap(([path, text]) => {
		const found = /(^|[\s"'`(=])\/(root|work|home\/[a-z]+|Users\/[A-Za-z]+)\//m.exec(text);
		return found === null ? [] : [`${path}: a path of one machine: ${found[0].trim()}`];
	});
}

/** Import cycles among files, types left out because they vanish at run time; each cycle once. */
export function cycleFaults(files: readonly SourceFile[]): string[] {
	const byPath = new Map(files.map((file) => [file.path, file]));
	const done = new Set<string>();
	const faults: string[] = [];
	const visit = (path: string, trail: readonly string[]): void => {
		const start = trail.indexOf(path);
		if (start >= 0) {
			faults.push(`import cycle: ${[...trail.slice(start), path].join(' → ')}`);
			return;
		}
		if (done.has(path)) return;
		for (const { specifier, kind } of byPath.get(path)?.imports ?? []) {
			const target =
				kind === 'type' || !specifier.startsWith('.') ? null : resolveImport(byPath, path, specifier);
			if (target !== null) visit(target, [...trail, path]);
		}
		done.add(path);
	};
	for (const { path } of files) visit(path, []);
	return faults;
}
