/** Reads one tool or one model config outside of a node; what fails becomes the typed fallback. */

import { z } from 'zod';
import type { JsonObject } from '../json';
import type { Fault } from './fault';
import { type LlmOrGroup, llmOrGroupSchema } from './model';
import { readObject } from './read';
import { type Tool, toolSchema } from './tool';

const NO_KEYS: ReadonlySet<string> = new Set();

/** A tool config; `path` is where it stands, for the faults. */
export function readTool(raw: JsonObject, path: string): { value: Tool; faults: Fault[] } {
	const { value, faults } = readHeld({ schema: toolSchema, key: 'tool_config', raw, path });
	return { value: value as Tool, faults };
}

/** A model config or group. */
export function readLlm(raw: JsonObject, path: string): { value: LlmOrGroup; faults: Fault[] } {
	const { value, faults } = readHeld({ schema: llmOrGroupSchema, key: 'llms_config', raw, path });
	return { value: value as LlmOrGroup, faults };
}

/** Reads the part inside a holder with the key it has in nodes, so that it falls back alone. */
function readHeld(given: { schema: z.ZodType; key: string; raw: JsonObject; path: string }): {
	value: unknown;
	faults: Fault[];
} {
	const holder = { [given.key]: given.raw };
	const schema = z.object({ [given.key]: given.schema });
	const reading = readObject({
		schema,
		raw: holder,
		path: '',
		subject: null,
		baseKeys: NO_KEYS,
		baseRule: 'R-11',
		partRule: 'R-06',
	});
	const prefix = `.${given.key}`;
	const move = (text: string) => text.replaceAll(prefix, () => given.path);
	const faults = reading.faults.map((fault) => ({
		...fault,
		path: move(fault.path),
		message: move(fault.message),
	}));
	return { value: reading.value?.[given.key] ?? null, faults };
}
