/** The ladder of rooms: which room may import which, and every import that climbs it the wrong way. */

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { resolveImport, type Import, type SourceFile } from './source-tree';

const GROUND = ['errors', 'clock', 'http', 'log', 'json'];
const ENGINE_AND_BELOW = ['graph', 'value', 'llm', 'tool', 'behavior', 'edge', 'engine'];
const RUNNING = [...ENGINE_AND_BELOW, 'store', 'run', 'convert', 'simulate'];

/** Rooms of `lib/` that each room may import beside itself and the ground floor. */
const MAY_IMPORT: Record<string, readonly string[]> = {
	graph: [],
	value: [],
	store: [],
	llm: ['graph'],
	tool: ['graph', 'value'],
	convert: ['graph'],
	behavior: ['graph', 'value', 'llm', 'tool'],
	edge: ['graph', 'value', 'llm'],
	engine: ['graph', 'value', 'llm', 'tool', 'behavior', 'edge'],
	run: ['graph', 'engine', 'store'],
	simulate: ['graph', 'value', 'llm', 'engine', 'store', 'run'],
	assemble: RUNNING,
	api: [...RUNNING, 'assemble'],
	cli: [...RUNNING, 'assemble', 'api'],
	index: [...RUNNING, 'assemble', 'api', 'cli'],
};

/** Arrows that exist for types alone: they vanish at run time. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = { behavior: ['edge/contract'] };

/** Packages that cost tens of milliseconds to load, so nothing that n8n loads at its start may load them. */
const LOADED_ON_FIRST_USE =
	/^(openai|@anthropic-ai\/|@google\/genai|@aws-sdk\/|pg$|kysely|@viz-js\/|@resvg\/|pyodide|twilio|commander|ajv|liquidjs|@modelcontextprotocol\/|@dagrejs\/|ws$)/;

export interface Allowances {
	/** Names under `dependencies` of package.json. */
	dependencies: readonly string[];
}

/** Every import that breaks the ladder, as `file:line: what is wrong`. */
export function arrowFaults(files: readonly SourceFile[], allowances: Allowances): string[] {
	return files.flatMap((file) =>
		file.imports.flatMap((entry) => {
			const fault = entry.specifier.startsWith('.')
				? localFault(file.path, entry)
				: packageFault(file.path, entry, allowances);
			return fault === null ? [] : [`${file.path}:${entry.line}: ${fault}`];
		}),
	);
}

/** The room of a file below `lib/`: its folder, or its own name when it stands at the top. */
export function roomOf(path: string): string {
	return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function localFault(from: string, entry: Import): string | null {
	const target = posix.normalize(posix.join(posix.dirname(from), entry.specifier));
	const [fromTop, targetTop] = [from.split('/')[0], target.split('/')[0]];
	if (fromTop === 'nodes') {
		if (targetTop === 'nodes' || target === 'lib' || target === 'lib/index') return null;
		return `a file of nodes may import only nodes, lib/index and n8n-workflow, not ${target}`;
	}
	if (fromTop === 'credentials') {
		return targetTop === 'credentials' ? null : `a credential may import only n8n-workflow, not ${target}`;
	}
	if (targetTop !== 'lib') return `lib may not import ${target}`;
	return roomFault(from, target, entry.kind);
}

function roomFault(from: string, target: string, kind: Import['kind']): string | null {
	const room = roomOf(from);
	const targetRoom = roomOf(target);
	if (room === targetRoom || GROUND.includes(targetRoom)) return null;
	const allowed = GROUND.includes(room) ? [] : MAY_IMPORT[room];
	if (allowed === undefined) return `room ${room} is not on the ladder of test/house/arrows.ts`;
	if (allowed.includes(targetRoom)) return null;
	const inside = target.split('/').slice(1).join('/');
	if (kind === 'type' && (MAY_IMPORT_TYPES[room] ?? []).includes(inside)) return null;
	return `room ${room} may not import room ${targetRoom} (${inside})`;
}

function packageFault(from: string, entry: Import, { dependencies }: Allowances): string | null {
	const { specifier, kind } = entry;
	const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(specifier);
	const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
	if (!from.startsWith('lib/')) {
		// Credentials sign requests, nothing more; n8n nodes may ask for any part of Node.
		const isAllowed =
			name === 'n8n-workflow' || specifier === 'node:crypto' || (from.startsWith('nodes/') && isBuiltin);
		return isAllowed ? null : `${from.split('/')[0]} may import n8n-workflow, not ${specifier}`;
	}
	if (name.startsWith('n8n-') || name.startsWith('@n8n/'))
		return `lib knows nothing of n8n, not even ${specifier}`;
	if (isBuiltin) return specifier.startsWith('node:') ? null : `write node:${specifier}`;
	if (kind === 'type') return null;
	if (!dependencies.includes(name)) return `${name} is not among the dependencies of package.json`;
	return null;
}

/**
 * Heavy packages that load with an entry point, followed through static imports; a file that is itself
 * reached only by `import()` may load what it likes.
 */
export function loadingFaults(files: readonly SourceFile[], entryPoints: readonly string[]): string[] {
	const byPath = new Map(files.map((file) => [file.path, file]));
	const faults: string[] = [];
	const seen = new Set<string>();
	const visit = (path: string, trail: readonly string[]): void => {
		if (seen.has(path)) return;
		seen.add(path);
		for (const { specifier, kind, line } of byPath.get(path)?.imports ?? []) {
			if (kind !== 'static') continue;
			if (LOADED_ON_FIRST_USE.test(specifier)) {
				faults.push(
					`${path}:${line}: ${specifier} loads at start-up, by way of ${[...trail, path].join(' → ')}`,
				);
			}
			const target = specifier.startsWith('.') ? resolveImport(byPath, path, specifier) : null;
			if (target !== null) visit(target, [...trail, path]);
		}
	};
	for (const path of entryPoints) visit(path, []);
	return faults;
}
