/** Conversations that go on by themselves inside a real n8n: an active trigger, a lab that takes its time, a crash. */

import { openStation, type JsonObject } from '../../lib/index';
import { WATCH_SCOPE } from '../../lib/run/watch';
import { unflatten } from '../../scripts/n8n/client';
import { startLab, type Lab } from '../nodes/lab';
import { startWorld, type World } from './harness';

jest.setTimeout(300_000);

const NEVER = Number.MAX_SAFE_INTEGER;
const hosts = { allowedPrivateHosts: '127.0.0.1' };

let world: World;
let lab: Lab;
let listener: { id: string; versionId: string };

beforeAll(async () => {
	lab = await startLab(NEVER);
	world = await startWorld();
	await install({
		name: 'Lab line',
		nodes: [
			{
				...{ id: 'hook', name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0] },
				webhookId: 'lab-line',
				parameters: { path: 'lab-line', responseMode: 'lastNode', options: {} },
			},
			{
				...{ id: 'graph', name: 'Graph', type: 'n8n-nodes-interactly.interactlyGraph', typeVersion: 1 },
				position: [200, 0],
				parameters: {
					graph: JSON.stringify(lab.graph),
					sessionId: '={{ $json.query.session }}',
					message: '={{ $json.query.text }}',
					options: hosts,
				},
			},
		],
		connections: { Webhook: { main: [[{ node: 'Graph', type: 'main', index: 0 }]] } },
	});
	listener = await install(speaker('Lab line speaks'));
}, 900_000);

afterAll(async () => {
	await world?.stop();
	await lab?.close();
});

/** Starts an execution whenever a run of the lab line says something on its own. */
function speaker(name: string) {
	return {
		name,
		nodes: [
			{
				...{ id: 'spoken', name: 'Interactly Trigger', type: 'n8n-nodes-interactly.interactlyTrigger' },
				...{ typeVersion: 1, position: [0, 0] },
				parameters: { events: ['said'], options: hosts },
			},
			{
				id: 'end',
				name: 'End',
				type: 'n8n-nodes-base.noOp',
				typeVersion: 1,
				position: [200, 0],
				parameters: {},
			},
		],
		connections: { 'Interactly Trigger': { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
	};
}

async function install(workflow: { name: string; nodes: object[]; connections: object }) {
	const installed = await world.client.putWorkflow(workflow);
	await world.client.activate(installed);
	return installed;
}

async function begin(session: string): Promise<JsonObject> {
	const response = await fetch(`${world.client.url}/webhook/lab-line?session=${session}`);
	return (await response.json()) as JsonObject;
}

/** What the trigger started executions with, the newest first. */
async function spoken(workflow: { id: string } = listener): Promise<JsonObject[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId: workflow.id }));
	const list = (await world.client.get(`/rest/executions?limit=20&filter=${filter}`)) as {
		data: { results: Array<{ id: string; finished: boolean }> };
	};
	const items: JsonObject[] = [];
	for (const { id } of list.data.results) {
		const { data } = (await world.client.get(`/rest/executions/${id}`)) as { data: { data: string } };
		const { resultData } = unflatten(data.data) as {
			resultData: { runData: Record<string, Array<{ data: { main: Array<Array<{ json: JsonObject }>> } }>> };
		};
		for (const { json } of resultData.runData.End?.[0]?.data.main[0] ?? []) items.push(json);
	}
	return items;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	for (let tick = 0; !(await holds()); tick += 1) {
		if (tick > 300) throw new Error('it did not come about within a minute');
		await pause(200);
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((wake) => setTimeout(wake, ms));
}

describe('an active Interactly Trigger', () => {
	it('R5.24: a parked run speaks on its own when its result lands, and starts the workflow once', async () => {
		expect(await begin('lab-1')).toMatchObject({ output: 'I am asking the lab.', hasBackgroundWork: true });
		const asked = lab.calls;
		await until(() => lab.calls >= asked + 2);
		expect(await spoken()).toEqual([]);
		lab.readyAt = 0;
		await until(async () => (await spoken()).length > 0);
		await pause(3_000);
		const items = await spoken();
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({
			event: 'said',
			sessionId: 'lab-1',
			reply: 'Your result is in.',
			status: 'completed',
		});
		const after = lab.calls;
		await pause(2_500);
		expect(lab.calls).toBe(after);
	});

	it('R5.27: n8n is killed while the lab is waited for: after its restart the run still speaks, once', async () => {
		lab.readyAt = NEVER;
		await begin('lab-2');
		const asked = lab.calls;
		await until(() => lab.calls >= asked + 2);
		await world.crashAndRestart();
		const before = lab.calls;
		await until(() => lab.calls > before);
		lab.readyAt = 0;
		await until(async () => (await spoken()).length > 1);
		await world.crashAndRestart();
		await pause(5_000);
		const said = (await spoken()).map(({ sessionId, reply }) => [sessionId, reply]);
		expect(said).toEqual([
			['lab-2', 'Your result is in.'],
			['lab-1', 'Your result is in.'],
		]);
	});

	it('a place in the log that was lost starts nothing twice: n8n knows the executions by their keys', async () => {
		const before = await spoken();
		const station = await openStation({ path: world.storePath });
		try {
			const places = await station.store.listSettings(WATCH_SCOPE);
			expect(places.length).toBeGreaterThan(0);
			for (const { name } of places) await station.store.putSetting(WATCH_SCOPE, name, { position: 0 });
		} finally {
			await station.close();
		}
		await world.crashAndRestart();
		await pause(3_000);
		expect(await spoken()).toEqual(before);
	});

	it('switched off, the trigger moves nothing; two that are switched on each tell it, and the lab is asked once', async () => {
		lab.readyAt = NEVER;
		await world.client.post(`/rest/workflows/${listener.id}/deactivate`, {});
		await begin('lab-3');
		const asked = lab.calls;
		await pause(2_500);
		expect(lab.calls).toBe(asked);
		const second = await install(speaker('Lab line speaks twice'));
		await world.client.activate(listener);
		await until(() => lab.calls >= asked + 3);
		const started = Date.now();
		const calls = lab.calls;
		await pause(3_000);
		// Once a second, as the graph says, however many triggers look after it.
		expect(lab.calls - calls).toBeLessThanOrEqual((Date.now() - started) / 1_000 + 1);
		lab.readyAt = 0;
		const of = async (workflow: { id: string }) =>
			(await spoken(workflow)).filter(({ sessionId }) => sessionId === 'lab-3');
		await until(async () => (await of(listener)).length > 0 && (await of(second)).length > 0);
		await pause(2_500);
		expect([(await of(listener)).length, (await of(second)).length]).toEqual([1, 1]);
	});
});
