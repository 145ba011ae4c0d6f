/** A real n8n with the packed package inside, a scripted model server, and the example workflows in it. */

import { LLMock } from '@copilotkit/aimock';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer } from '../../scripts/demo/stand-in';
import { N8nClient } from '../../scripts/n8n/client';
import { ensureN8n } from '../../scripts/n8n/install';
import { installPackage } from '../../scripts/n8n/package';
import { startN8n } from '../../scripts/n8n/server';

type Client = InstanceType<typeof N8nClient>;
type Server = Awaited<ReturnType<typeof startN8n>>;

export const OWNER = { email: 'owner@example.com', password: 'Passw0rd-for-tests' };
const MODEL = { name: 'Model of the tests', type: 'interactlyOpenAiApi' };

export interface ExampleNode {
	name: string;
	type: string;
	parameters: Record<string, unknown> & { options?: Record<string, unknown> };
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
}

export interface Example {
	name: string;
	nodes: ExampleNode[];
	connections: object;
}

export interface World {
	readonly client: Client;
	readonly model: LLMock;
	readonly userFolder: string;
	readonly storePath: string;
	readonly server: Server;
	/** Ends n8n at once, as a crash does, and starts it again on the same folder and port. */
	crashAndRestart(): Promise<void>;
	/** Imports an example after a change to it, with the tests' model credential, and activates it. */
	install(name: string, change?: (example: Example) => void): Promise<{ id: string; versionId: string }>;
	stop(): Promise<void>;
}

/** Packs and installs the built package and starts everything; needs `dist`. Takes up to minutes the first time. */
export async function startWorld(): Promise<World> {
	const install = await ensureN8n((line: string) => process.stderr.write(`${line}\n`));
	const userFolder = mkdtempSync(join(tmpdir(), 'interactly-n8n-'));
	await installPackage(userFolder);
	const model = new LLMock({ host: '127.0.0.1', port: 0 });
	model.on({ predicate: () => true }, answer as Parameters<LLMock['on']>[1]);
	await model.start();
	let server = await startN8n({ install, userFolder });
	const client = new N8nClient(server.url);
	await client.signIn(OWNER);
	const data = { apiKey: 'test', baseUrl: `${model.url}/v1`, organizationId: '' };
	const credentialId = (await client.putCredential({ id: '', ...MODEL, data })) as string;
	return {
		client,
		model,
		userFolder,
		storePath: join(userFolder, '.n8n', 'interactly', 'interactly.sqlite'),
		get server() {
			return server;
		},
		async crashAndRestart() {
			await server.kill();
			server = await startN8n({ install, userFolder, port: server.port });
			await client.signIn(OWNER);
		},
		async install(name, change) {
			const example = readExample(name);
			change?.(example);
			for (const node of example.nodes.filter(({ type }) => type.endsWith('.interactlyGraph'))) {
				node.credentials = { [MODEL.type]: { id: credentialId, name: MODEL.name } };
			}
			const workflow = await client.putWorkflow(example);
			await client.activate(workflow);
			return workflow;
		},
		async stop() {
			await server.stop();
			await model.stop();
			rmSync(userFolder, { recursive: true, force: true });
		},
	};
}

export function readExample(name: string): Example {
	return JSON.parse(
		readFileSync(join(__dirname, '../../examples/workflows', `${name}.json`), 'utf8'),
	) as Example;
}

/** Lets a chat answer with the whole item of the last node instead of a stream. */
export function answersWholeItem(example: Example): void {
	for (const node of example.nodes.filter(({ type }) => type.endsWith('.chatTrigger'))) {
		node.parameters.options = { ...node.parameters.options, responseMode: 'lastNode' };
	}
}

/** Sends one message to a public chat in response mode "When Last Node Finishes" and returns its item. */
export async function say(
	world: World,
	message: { webhookId: string; sessionId: string; text: string },
): Promise<Record<string, unknown>> {
	const response = await fetch(`${world.client.url}/webhook/${message.webhookId}/chat`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ action: 'sendMessage', sessionId: message.sessionId, chatInput: message.text }),
	});
	const body = await response.text();
	if (!response.ok) throw new Error(`the chat answered ${response.status}: ${body}`);
	return JSON.parse(body) as Record<string, unknown>;
}
