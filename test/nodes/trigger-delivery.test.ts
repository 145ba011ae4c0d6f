/** The Interactly Trigger across restarts of n8n: nothing that happened is lost, and nothing is begun twice. */

import type { IDataObject, INode } from 'n8n-workflow';
import { activate, type Activation } from './activate';
import { cleanUp, execute, line } from './harness';
import { startLab, type Lab } from './lab';

let lab: Lab;
beforeEach(async () => {
	lab = await startLab(3);
});
afterEach(() => lab.close());
afterAll(cleanUp);

const hosts = { allowedPrivateHosts: '127.0.0.1' };

/** One item through the Graph node. */
function talk(item: IDataObject) {
	return execute({
		nodes: [
			{ name: 'Start', type: 'test.start' },
			{
				name: 'Graph',
				type: 'n8n-nodes-interactly.interactlyGraph',
				parameters: {
					graph: JSON.stringify(lab.graph),
					options: hosts,
				} as INode['parameters'],
			},
		],
		connections: line('Start', 'Graph'),
		items: [item],
	});
}

function listen(parameters: IDataObject = {}, more: Partial<Activation> = {}) {
	return activate({
		parameters: { options: hosts, ...parameters } as Activation['parameters'],
		...more,
	});
}

async function until(holds: () => boolean): Promise<void> {
	for (let tick = 0; !holds(); tick += 1) {
		if (tick > 400) throw new Error('it did not come about within ten seconds');
		await new Promise((wake) => setTimeout(wake, 25));
	}
}

describe('deliveries of the Interactly Trigger', () => {
	it('a restart of n8n loses nothing and repeats nothing; switching the workflow on begins with news', async () => {
		const settings = { runsBackground: false, events: ['turn'] };
		const before = await listen(settings);
		await talk({ sessionId: 'restart 1' });
		await until(() => before.emitted.length > 0);
		await before.close();
		await talk({ sessionId: 'restart 2' });
		const after = await listen(settings, { activation: 'init' });
		await until(() => after.emitted.length > 0);
		await after.close();
		expect(after.emitted.flat().map(({ json }) => json.sessionId)).toEqual(['restart 2']);
		await talk({ sessionId: 'restart 3' });
		const anew = await listen(settings, { activation: 'activate' });
		await talk({ sessionId: 'restart 4' });
		await until(() => anew.emitted.length > 0);
		await anew.close();
		expect(anew.emitted.flat().map(({ json }) => json.sessionId)).toEqual(['restart 4']);
	});

	it('n8n ends while it starts an execution: the next start begins it again, under the key n8n knows it by', async () => {
		const settings = { runsBackground: false, events: ['turn'] };
		const before = await listen(settings, { run: () => new Promise(() => undefined) });
		await talk({ sessionId: 'cut off' });
		await until(() => before.emitted.length > 0);
		await before.close();
		const after = await listen(settings, { activation: 'init' });
		await until(() => after.emitted.length > 0);
		await talk({ sessionId: 'after the cut' });
		await until(() => after.emitted.length > 1);
		await after.close();
		expect(after.emitted.flat().map(({ json }) => json.sessionId)).toEqual(['cut off', 'after the cut']);
		expect(after.keys[0]).toBe(before.keys[0]);
		const third = await listen(settings, { activation: 'init' });
		await new Promise((wake) => setTimeout(wake, 200));
		await third.close();
		expect(third.emitted).toEqual([]);
	});

	it('an n8n without keys of executions is told once: it could not refuse a second one', async () => {
		const settings = { runsBackground: false, events: ['turn'] };
		const before = await listen(settings, { isOld: true });
		await talk({ sessionId: 'old n8n' });
		await until(() => before.emitted.length > 0);
		await before.close();
		const after = await listen(settings, { isOld: true, activation: 'init' });
		await new Promise((wake) => setTimeout(wake, 200));
		await after.close();
		expect(after.emitted).toEqual([]);
	});

	it('an engine that starts executions only for those who do not wait gets them so', async () => {
		const refusal = Object.assign(new Error('cannot wait'), { name: 'UserError' });
		let tries = 0;
		const run = async () => {
			tries += 1;
			if (tries === 1) throw refusal;
		};
		const { emitted, close } = await listen({ runsBackground: false, events: ['turn'] }, { run });
		await talk({ sessionId: 'engine 2' });
		await until(() => emitted.length > 1);
		await close();
		expect(tries).toBe(2);
	});
});
