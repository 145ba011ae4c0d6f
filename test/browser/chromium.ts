/** Finds the system's Chromium and opens n8n's editor in it, signed in; screenshots go to test-artifacts. */

import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { World } from '../n8n/harness';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const artifacts = join(__dirname, '../../test-artifacts');

export const HOW_TO_GET_CHROMIUM =
	'Browser tests are skipped: no Chromium was found. Install one (Debian: apt-get install chromium) or name it in CHROMIUM_PATH.';

/** Path of a Chromium, or null. */
export function findChromium(): string | null {
	const folders = (process.env.PATH ?? '').split(delimiter);
	const candidates = [
		process.env.CHROMIUM_PATH ?? '',
		...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
		'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	];
	return candidates.find((path) => path !== '' && isExecutable(path)) ?? null;
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		return false;
	}
}

export interface Editor {
	page: Page;
	/** Opens a workflow and waits for its canvas. */
	open(workflowId: string): Promise<void>;
	/** Opens the form of a node on the canvas. */
	openNode(name: string): Promise<void>;
	/** Keeps a picture as `test-artifacts/NAME.png`. */
	picture(name: string): Promise<void>;
	close(): Promise<void>;
}

export async function openEditor(executablePath: string, world: World): Promise<Editor> {
	mkdirSync(artifacts, { recursive: true });
	// Chromium's own sandbox does not start for root, as in containers.
	const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
	const context = await browser.newContext({ viewport: { width: 1500, height: 1000 } });
	const [name = '', value = ''] = (world.client.cookie.split('; ')[0] ?? '').split('=');
	await context.addCookies([{ name, value, url: world.client.url }]);
	const page = await context.newPage();
	return {
		page,
		async open(workflowId) {
			await page.goto(`${world.client.url}/workflow/${workflowId}`);
			await page.locator('[data-test-id="canvas-node"]').first().waitFor();
		},
		async openNode(node) {
			await page.locator(`[data-test-id="canvas-node"][data-node-name="${node}"]`).dblclick();
			await page.locator('[data-test-id="node-parameters"]').waitFor();
		},
		async picture(title) {
			await page.screenshot({ path: join(artifacts, `${title}.png`) });
		},
		close: () => browser.close(),
	};
}
