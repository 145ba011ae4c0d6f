/** The examples of the format, as text, by name. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../lib/json';

const folder = join(__dirname, 'examples');

export const exampleNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

export function exampleText(name: string): string {
	return readFileSync(join(folder, `${name}.json`), 'utf8');
}

export function example<T extends Json>(name: string): T {
	return JSON.parse(exampleText(name)) as T;
}
