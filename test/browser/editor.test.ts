/** The nodes in n8n's editor, as a person meets them: the node panel, the forms, the chat, the error panel. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStation } from '../../lib/index';
import { startWorld, type Example, type World } from '../n8n/harness';
import { findChromium, HOW_TO_GET_CHROMIUM, openEditor, type Editor } from './chromium';

const executable = findChromium();
if (executable === null) process.stderr.write(`${HOW_TO_GET_CHROMIUM}\n`);
const withChromium = executable === null ? describe.skip : describe;

jest.setTimeout(180_000);

withChromium('the editor', () => {
	let world: World;
	let editor: Editor;

	beforeAll(async () => {
		world = await startWorld();
		editor = await openEditor(executable ?? '', world);
	}, 900_000);

	afterAll(async () => {
		await editor?.close();
		await world?.stop();
	});

	const byTestId = (id: string) => editor.page.locator(`[data-test-id="${id}"]`);

	/** The appointment chat under another name, path and graph. */
	async function installFaulty(): Promise<string> {
		const { id } = await world.install('appointment-chat', (example: Example) => {
			example.name = 'A graph with faults';
			for (const node of example.nodes) {
				if (node.webhookId !== undefined) node.webhookId = 'faulty';
				if (typeof node.parameters.graph !== 'string') continue;
				const graph = JSON.parse(node.parameters.graph) as { node_configs: Array<Record<string, unknown>> };
				Object.assign(graph.node_configs[1] ?? {}, { self_loop_config: { enabled: true } });
				Object.assign(graph.node_configs[3] ?? {}, { logical_id: 'node_visit_details' });
				node.parameters.graph = JSON.stringify(graph, null, 2);
			}
		});
		return id;
	}

	async function sendInChat(text: string): Promise<void> {
		if (!(await byTestId('chat-input').isVisible())) await byTestId('workflow-chat-button').click();
		await byTestId('chat-input').fill(text);
		await editor.page.keyboard.press('Enter');
	}

	it('finds the nodes in the panel by typing "interactly"', async () => {
		const { id } = await world.install('appointment-chat');
		await editor.open(id);
		await byTestId('node-creator-plus-button').click();
		await byTestId('node-creator-search-bar').fill('interactly');
		const found = editor.page.locator('[data-test-id="node-creator-item-name"]');
		await found.filter({ hasText: /^Interactly Graph$/ }).waitFor();
		await editor.picture('node-panel');
		expect(await found.allInnerTexts()).toEqual(expect.arrayContaining(['Interactly Graph', 'Interactly']));
		await editor.page.keyboard.press('Escape');
	});

	it('shows a form whose fields say what they are for', async () => {
		await editor.openNode('Interactly Graph');
		const labels = await byTestId('node-parameters').locator('label.n8n-input-label').allInnerTexts();
		const titles = labels.map((label) => label.split('\n')[0]);
		for (const title of ['Operation', 'Model Providers', 'Graph From', 'Graph', 'Session ID', 'Message']) {
			expect(titles).toContain(title);
		}
		await editor.picture('graph-node-form');
		await editor.page.keyboard.press('Escape');
	});

	it('answers in the chat panel, and shows the turn in the logs', async () => {
		await sendInChat('When are you open?');
		await byTestId('canvas-chat').getByText('Monday to Friday, 8 am to 5 pm').first().waitFor();
		await editor.picture('chat-reply');
		expect(await byTestId('canvas-chat').innerText()).toContain('Thank you for calling Elm Street Clinic');
	});

	it('lists every fault of a pasted graph, with place and rule, in the error panel', async () => {
		await editor.open(await installFaulty());
		await sendInChat('Hello');
		await byTestId('node-error-message').first().waitFor();
		await editor.openNode('Interactly Graph');
		await editor.picture('faults');
		const panel = byTestId('ndv');
		const text = await panel.innerText();
		expect(text).toMatch(/Cannot start a conversation: the graph has \d+ faults\./);
		expect(text).toMatch(/node_configs\[3\][^]*R-13/);
		expect(text).toMatch(/node_configs\[1\]\.self_loop_config[^]*R-20/);
	});

	it('offers the workflows of the store in a searchable list', async () => {
		const station = await openStation({ path: world.storePath });
		const document = readFileSync(join(__dirname, '../../examples/refill-line.json'), 'utf8');
		await station.importWorkflow({ document, id: 'workflow_refill_line' });
		await station.close();
		const { id } = await world.install('refill-chat');
		await editor.open(id);
		await editor.openNode('Interactly Graph');
		await byTestId('rlc-mode-selector').click();
		await byTestId('mode-list').click();
		await byTestId('rlc-input').click();
		await editor.page.locator('[data-test-id="rlc-item"]').filter({ hasText: 'Refill line' }).waitFor();
		await editor.picture('workflow-list');
	});
});
