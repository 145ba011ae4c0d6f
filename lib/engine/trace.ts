/** Where the code was when an error ended a run: kinds, codes and frames, and nothing that came from outside (R9.9). */

const MAX_CAUSES = 3;
const MAX_FRAMES = 20;

const FRAME = /^ {4}at (?:(?<name>[\w$.<>[\] ]{1,120}) \()?(?<location>[^()]+:\d+:\d+)\)?$/;
const KIND = /^[A-Za-z]{1,60}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/**
 * The stack of an error and of what caused it, for `stack_trace` of `workflow_error`. Messages are left out,
 * because they may quote what was sent or said; of paths only what lies inside of packages is kept.
 *
 * @returns Null when what was thrown is no error.
 */
export function traceOf(error: unknown): string | null {
	const lines: string[] = [];
	let each: unknown = error;
	for (let depth = 0; each instanceof Error && depth <= MAX_CAUSES; depth += 1) {
		lines.push(`${depth === 0 ? '' : 'caused by '}${kindOf(each)}`, ...framesOf(each));
		each = each.cause;
	}
	return lines.length === 0 ? null : lines.join('\n');
}

function kindOf(error: Error): string {
	const { code } = error as { code?: unknown };
	const kind = KIND.test(error.name) ? error.name : 'Error';
	return typeof code === 'string' && CODE.test(code) ? `${kind} [${code}]` : kind;
}

function framesOf({ stack = '', message }: Error): string[] {
	// A message may have lines that look like frames, so nothing is read before its end.
	const start = stack.indexOf(message);
	if (start < 0) return [];
	return stack
		.slice(start + message.length)
		.split('\n')
		.flatMap((line) => frameOf(line) ?? [])
		.slice(0, MAX_FRAMES);
}

/** A frame with its place inside of a package, or null for what is none or lies elsewhere. */
function frameOf(line: string): string | null {
	const { name, location } = FRAME.exec(line)?.groups ?? {};
	const place = location === undefined ? null : placeOf(location.replaceAll('\\', '/'));
	if (place === null) return null;
	return name === undefined ? `    at ${place}` : `    at ${name} (${place})`;
}

function placeOf(location: string): string | null {
	if (location.startsWith('node:')) return location;
	const [, inPackages] = /.*\/node_modules\/(.+)$/.exec(location) ?? [];
	if (inPackages !== undefined) return inPackages;
	const [, inRoom] = /.*\/((?:lib|nodes)\/.+)$/.exec(location) ?? [];
	return inRoom ?? null;
}
