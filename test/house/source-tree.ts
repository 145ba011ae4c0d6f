/** Reads a source tree into memory: each file with its text and the modules it imports. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import * as ts from 'typescript';

export interface Import {
	/** The module as written: `../json`, `node:fs`, `openai`. */
	specifier: string;
	/** `type` vanishes at run time, `static` loads with the file, `lazy` loads when its line runs. */
	kind: 'type' | 'static' | 'lazy';
	line: number;
}

export interface SourceFile {
	/** Relative to the project, with forward slashes: `lib/edge/choose.ts`. */
	path: string;
	text: string;
	imports: Import[];
}

/** A source tree made of texts; tests of the checker make small ones up. */
export function treeOf(texts: Record<string, string>): SourceFile[] {
	return Object.entries(texts).map(([path, text]) => ({ path, text, imports: importsOf(path, text) }));
}

/** Every TypeScript file below the named folders of a project. */
export function readTree(project: string, folders: readonly string[]): SourceFile[] {
	const paths = folders.flatMap((folder) =>
		readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
	);
	return treeOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(project, path), 'utf8')])));
}

/** The file that a relative import of another file means, or null when the tree has none. */
export function resolveImport(
	byPath: ReadonlyMap<string, SourceFile>,
	from: string,
	specifier: string,
): string | null {
	const base = posix.normalize(posix.join(posix.dirname(from), specifier));
	return [`${base}.ts`, `${base}/index.ts`].find((path) => byPath.has(path)) ?? null;
}

function importsOf(path: string, text: string): Import[] {
	const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
	const found: Import[] = [];
	const add = (specifier: ts.Node | undefined, kind: Import['kind']) => {
		if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
		const line = file.getLineAndCharacterOfPosition(specifier.getStart()).line + 1;
		found.push({ specifier: specifier.text, kind, line });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node) ? 'type' : 'static');
		if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node) ? 'type' : 'static');
		if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type');
		if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
			add(node.moduleReference.expression, node.isTypeOnly ? 'type' : 'static');
		}
		if (ts.isCallExpression(node) && isLoadingCall(node)) add(node.arguments[0], 'lazy');
		ts.forEachChild(node, visit);
	};
	visit(file);
	return found;
}

/** `import type …`, or an import whose every name is marked `type`. */
function isTypeImport(node: ts.ImportDeclaration): boolean {
	const clause = node.importClause;
	if (clause === undefined) return false;
	if (clause.isTypeOnly) return true;
	const names = clause.namedBindings;
	if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
	return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
	if (node.isTypeOnly) return true;
	const names = node.exportClause;
	if (names === undefined || !ts.isNamedExports(names)) return false;
	return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

function isLoadingCall(node: ts.CallExpression): boolean {
	const callee = node.expression;
	if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
	return ts.isIdentifier(callee) && callee.text === 'require';
}
