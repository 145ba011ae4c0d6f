/** workflow_run_fetch reads runs of the same store (R7.7). */

import { openStation } from '../../lib/assemble';
import type { JsonObject } from '../../lib/json';
import { openStore } from '../../lib/store/open';

const talk: JsonObject = {
	workflow_config: { name: 'Talk' },
	node_configs: [
		{
			type: 'say_static',
			logical_id: 'hi',
			is_start: true,
			static_messages_config: { static_messages: ['Hello.'] },
		},
	],
	edge_configs: [],
};

const fetch: JsonObject = {
	workflow_config: { name: 'Fetch' },
	node_configs: [{ type: 'workflow_run_fetch', logical_id: 'fetch', is_start: true }],
	edge_configs: [],
};

test('R7.7.2, R7.7.4, R7.7.5: a known run is fetched as text, an unknown one is null with a warning', async () => {
	const station = await openStation({ store: await openStore({ type: 'memory' }) });
	const { runId } = await station.turn({ source: { type: 'document', document: talk } });
	const found = await station.turn({
		source: { type: 'document', document: fetch },
		dynamicVariables: { workflow_run_id: runId },
	});
	expect(JSON.parse(String(found.variables['workflow_run_object']))).toMatchObject({
		workflow_run_id: runId,
		status: 'completed',
	});
	const missing = await station.turn({
		source: { type: 'document', document: fetch },
		dynamicVariables: { workflow_run_id: 'workflow_run_none' },
	});
	expect(missing).toMatchObject({ status: 'completed', variables: { workflow_run_object: null } });
	expect(missing.warnings).toHaveLength(1);
	await station.close();
});
