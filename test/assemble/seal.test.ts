/** Keys inside imported graphs: encrypted in the store, there when a run needs them, absent from exports. */

import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStation } from '../../lib/assemble';
import { sealSecrets } from '../../lib/assemble/seal';
import type { JsonObject } from '../../lib/json';
import { createVault } from '../../lib/store/vault';

const KEY = 'sk-planted-secret-4711';

const graph: JsonObject = {
	workflow_config: { name: 'Keys', llms_config: { type: 'openai_llm', api_key: KEY } },
	node_configs: [
		{
			type: 'http_request',
			logical_id: 'call',
			is_start: true,
			url: 'https://127.0.0.1:1/x',
			headers: { Authorization: `Bearer ${KEY}`, Accept: 'text/plain' },
		},
	],
	edge_configs: [],
	dynamic_variables: {},
	runtime_variables: {},
};

describe('sealing', () => {
	test('a document comes back equal, and one without secrets is not touched', () => {
		const seal = sealSecrets(createVault('k'));
		const text = JSON.stringify(graph);
		expect(seal.seal(text)).not.toContain(KEY);
		expect(seal.unseal(seal.seal(text))).toBe(text);
		const plain = '{"node_configs": [],  "edge_configs": []}';
		expect(seal.seal(plain)).toBe(plain);
		expect(seal.unseal(plain)).toBe(plain);
	});

	test('no file of the store and no export or record holds the key in clear; the run uses it', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'seal-'));
		const station = await openStation({ path: join(folder, 'runs.sqlite') });
		const { workflow } = await station.importWorkflow({ document: graph });
		const id = (workflow as { id: string }).id;
		const result = await station.turn({ source: { type: 'stored', workflowId: id, version: 'active' } });
		const record = await station.runner.record(result.runId);
		const exported = await station.exportWorkflow(id, { kind: 'bundle' });
		expect(JSON.stringify(record)).not.toContain(KEY);
		expect(JSON.stringify(exported)).not.toContain(KEY);
		expect(JSON.stringify(result.events)).not.toContain(KEY);
		const clone = await station.cloneWorkflow(id);
		expect((await station.store.getVersion(clone.id, 'active'))?.document).toContain(KEY);
		const version = await station.store.getVersion(id, 'active');
		expect(version?.document).toContain(KEY);
		await station.close();
		for (const name of await readdir(folder))
			expect((await readFile(join(folder, name))).includes(KEY)).toBe(false);
		expect(await readdir(folder)).toContain('runs.sqlite.key');
	});
});
