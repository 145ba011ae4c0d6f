/**
 * What n8n loads at its start: every compiled n8n node and credential class (`classes`), or nothing
 * (`empty`), in a process that has loaded n8n-workflow as n8n itself has.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dist } from '../ours-dist.ts';
import { argument, memoryInUse, report, timed, type Reading } from '../subject.ts';

const load = createRequire(import.meta.url);

await report(async (): Promise<Reading> => {
	load('n8n-workflow');
	if (argument(0) === 'empty') return { 'start.empty.mb': memoryInUse().rssBytes / 1e6 };

	const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
	const { n8n } = JSON.parse(readFileSync(manifest, 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const files = [...n8n.credentials, ...n8n.nodes].map((file) => join(dist, file.replace(/^dist\//, '')));
	const { cpuUs } = await timed(() => {
		for (const file of files) {
			for (const Class of Object.values(load(file) as Record<string, new () => object>)) new Class();
		}
	});
	return { 'start.ms': cpuUs / 1000, 'start.mb': memoryInUse().rssBytes / 1e6 };
});
