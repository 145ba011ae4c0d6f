/** The compiled package under measurement, and what stands in for the world around it. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ports } from '../lib/engine/contract.ts';
import type { JsonObject } from '../lib/json.ts';
import type { ModelAnswer, Models } from '../lib/llm/contract.ts';
import type { Runner } from '../lib/run/contract.ts';
import type { Store } from '../lib/store/contract.ts';
import type { TakeTurn } from './conversations.ts';
import { dist } from './ours-dist.ts';

const load = createRequire(join(dist, 'lib/index.js'));

export const engine = load('./engine/engine.js') as typeof import('../lib/engine/engine.ts');
export const { loadGraph } = load('./graph/build.js') as typeof import('../lib/graph/build.ts');
const { systemClock } = load('./clock.js') as typeof import('../lib/clock.ts');
const { silentLog } = load('./log.js') as typeof import('../lib/log.ts');

/** A room that only some subjects need: it is loaded when asked for. */
export const storeRoom = () => load('./store/open.js') as typeof import('../lib/store/open.ts');
export const runRoom = () => load('./run/runner.js') as typeof import('../lib/run/runner.ts');
export const parseRoom = () => ({
	...(load('./graph/parse.js') as typeof import('../lib/graph/parse.ts')),
	...(load('./graph/rules.js') as typeof import('../lib/graph/rules.ts')),
});
export const modelsRoom = () => load('./llm/models.js') as typeof import('../lib/llm/models.ts');

export interface Service {
	runner: Runner;
	/** The database file. */
	path: string;
	close(): Promise<void>;
}

/** Our own driver on a SQLite file in the folder, every step stored. */
export async function openService(
	folder: string,
	{ synchronous, models }: { synchronous: 'normal' | 'full'; models?: Models },
): Promise<Service> {
	const path = join(folder, 'bench.sqlite');
	const store = await storeRoom().openStore({ type: 'sqlite', path, synchronous });
	return { path, ...serviceOn(store, models) };
}

/** The same on a Postgres database. */
export async function openPostgresService(connectionString: string): Promise<Omit<Service, 'path'>> {
	return serviceOn(await storeRoom().openStore({ type: 'postgres', connectionString }));
}

function serviceOn(store: Store, models?: Models): Omit<Service, 'path'> {
	const runner = runRoom().createRunner({ store, ports: stubPorts(models), durability: 'step' });
	return {
		runner,
		async close() {
			await runner.close();
			await store.close();
		},
	};
}

/** What the user says and the model answers in every measured conversation. */
export const MESSAGE = 'I would like to move my appointment to next Tuesday, in the morning if possible.';
export const REPLY =
	'Of course. On Tuesday there is a free place at a quarter past nine and another at half past ten. ' +
	'Which of the two suits you better, and may I send you a confirmation as a text message?';
export const TEXT_BYTES = MESSAGE.length + REPLY.length;

const usage = { promptTokens: 120, completionTokens: 40, totalTokens: 160, estimated: false };

/** A model that answers at once with `REPLY`. */
export function stubModels(onCall: () => void = () => undefined): Models {
	return {
		call() {
			onCall();
			const record = { provider: 'openai', model: 'stub', namedConfigId: null, namedConfigName: null };
			const answer: ModelAnswer = {
				text: REPLY,
				toolCalls: [],
				finishReason: 'stop',
				usage,
				provider: 'openai',
				model: 'stub',
				latencyMs: 0,
				wasStreamed: false,
				calls: [{ ...record, usage, latencyMs: 0, won: true, usedUserKey: false }],
				failedParses: [],
				saidFiller: false,
				namedConfigId: null,
				namedConfigName: null,
				usedUserKey: false,
			};
			return Promise.resolve(answer);
		},
	};
}

export function stubPorts(models: Models = stubModels()): Ports {
	return {
		clock: systemClock,
		models,
		tools: {
			call: () => Promise.reject(new Error('Nothing is measured with tools')),
			sideEffectOf: () => 'unknown',
		},
		http: { send: () => Promise.reject(new Error('Nothing is measured with HTTP')) },
		log: silentLog,
		newSeed: () => 'seed',
	};
}

/** A chain of `no_op` nodes, one direct edge from each to the next. */
export function chainOf(nodeCount: number): JsonObject {
	const ids = Array.from({ length: nodeCount }, (_, index) => `node_${index}`);
	return {
		workflow_config: { name: 'Chain', miscellaneous: { max_node_executions_per_turn: nodeCount } },
		node_configs: ids.map((id, index) => ({
			type: 'no_op',
			logical_id: id,
			name: `Node ${index}`,
			is_start: index === 0,
		})),
		edge_configs: ids.slice(1).map((id, index) => ({
			type: 'direct',
			logical_id: `edge_${index}`,
			source_node_logical_id: `node_${index}`,
			destination_node_logical_id: id,
		})),
	};
}

/** One node that answers each message of the user, with as many freeform edges away from it as wanted. */
export function conversationOf(freeformEdges = 0): JsonObject {
	const away = Array.from({ length: freeformEdges }, (_, index) => `away_${index}`);
	return {
		workflow_config: { name: 'Conversation', llms_config: { type: 'openai_llm', model_name: 'gpt-4o' } },
		node_configs: [talker('desk', true), ...away.map((id) => talker(id, false))],
		edge_configs: away.map((id) => ({
			type: 'conditional',
			logical_id: `to_${id}`,
			source_node_logical_id: 'desk',
			destination_node_logical_id: id,
			condition: { condition_freeform: `The user asks for ${id}.` },
		})),
	};
}

function talker(id: string, isStart: boolean): JsonObject {
	return {
		type: 'say_llm',
		logical_id: id,
		name: id,
		is_start: isStart,
		main_response_config: { prompt: 'You are the front desk of a clinic. Help with appointments.' },
		llms_config: { type: 'global_default_llm' },
		wait_for_user_message: true,
		self_loop: true,
	};
}

/** A turn of the measured conversation. */
export function chatOn({ runner }: Pick<Service, 'runner'>): TakeTurn {
	const document = JSON.stringify(conversationOf());
	return async (sessionKey) => {
		const { reply } = await runner.turn({
			source: { type: 'document', document },
			sessionKey,
			message: MESSAGE,
			// As the n8n node asks unless its option says otherwise; every event is stored all the same.
			wantsEvents: false,
		});
		if (reply !== REPLY) throw new Error('The runner did not answer');
	};
}
