/** Tools of the scenes: what nodes hold and models are offered, and what answers in their place. */

import type { Json, JsonObject } from '../../lib/json';
import type { Tools } from '../../lib/tool/contract';
import type { World } from './world';

export const variables = (world: World, thread = '0') => world.state.threads[thread]?.variables ?? {};
export const history = (world: World, thread = '0') => world.state.threads[thread]?.history ?? [];

/** The external API `t`, as a tool node holds it. */
export const apiTool = (more: JsonObject = {}): JsonObject => ({
	type: 'external_api',
	logical_id: 't',
	name: 't',
	description: 't',
	api_endpoint: 'https://x.example/',
	api_method: 'GET',
	...more,
});

export const toolNode = (id: string, config: JsonObject, more: JsonObject = {}): JsonObject => ({
	type: 'tool_node',
	logical_id: id,
	name: id,
	tool_config: config,
	...more,
});

/** Answers every call with the value. */
export const giving = (value: Json): Tools => ({
	call: () => Promise.resolve({ ok: true, value }),
	sideEffectOf: () => 'reads',
});

/** An external API without arguments, as a speaker is offered it. */
export const offeredTool = (name: string): JsonObject => ({
	type: 'external_api',
	logical_id: name,
	name,
	description: name,
	endpoint: 'https://api.example/x',
	method: 'GET',
	args_schema: { type: 'object', properties: {} },
});
