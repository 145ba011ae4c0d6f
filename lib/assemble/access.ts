/** What one caller may use: keys by provider, a model it brings, hosts of its own network; as the engine's ports. */

import type { Clock } from '../clock';
import { llmConfigSchema, type LlmConfig } from '../graph/model';
import type { Http } from '../http';
import { createHttp } from '../http/client';
import { createChatModelAdapter, type ChatModel } from '../llm/chat-model';
import type { Circuits } from '../llm/circuit';
import type { Models, ProviderCredential } from '../llm/contract';
import { createModels } from '../llm/models';
import type { AdapterRegistry } from '../llm/registry';
import type { Log } from '../log';
import type { Tools } from '../tool/contract';
import { createTools } from '../tool/registry';

export interface Access {
	/** By the graph's provider names: `openai`, `azure_openai`, `google`, `anthropic`, `bedrock`, `custom`. */
	credentials?: Readonly<Record<string, ProviderCredential>>;
	/** A chat model that the caller brings: for nodes on the workflow's default, or for all nodes. */
	attached?: { model: ChatModel; use: 'default' | 'all' };
	/** Model of nodes for which neither the graph nor the store names one. Default none. */
	fallbackLlm?: LlmConfig;
	/** Private hosts, addresses and networks that HTTP nodes and tools may call. Default none. */
	allowedPrivateHosts?: readonly string[];
}

/** The ports that depend on the caller. */
export interface AccessPorts {
	models: Models;
	tools: Tools;
	http: Http;
	/** The config that stands for the attached model where the workflow's default is meant, or null. */
	workflowDefault: LlmConfig | null;
	/** Stands where nobody, the team included, chose a model; or null. */
	fallbackLlm: LlmConfig | null;
}

/** What all callers of a process share. */
export interface Shared {
	clock: Clock;
	log: Log;
	circuits: Circuits;
	adapters: AdapterRegistry;
}

/** An address that no server has: the attached model is called as an object, not over the network. */
const ATTACHED = llmConfigSchema.parse({
	type: 'custom_llm',
	provider: 'attached',
	model: 'attached chat model',
	base_url: 'attached:',
	streaming: true,
});

export function createAccessPorts(access: Access, shared: Shared): AccessPorts {
	const http = createHttp({ allow: access.allowedPrivateHosts ?? [] });
	const { attached } = access;
	return {
		http,
		tools: createTools({ http }),
		models: createAccessModels(access, shared),
		workflowDefault: attached === undefined ? null : ATTACHED,
		fallbackLlm: access.fallbackLlm ?? null,
	};
}

function createAccessModels({ credentials = {}, attached }: Access, shared: Shared): Models {
	const { clock, log, circuits, adapters } = shared;
	const held = new Map(Object.entries(credentials));
	const models = createModels({
		credentials: (provider) => held.get(provider) ?? null,
		heldProviders: [...held.keys()],
		clock,
		log,
		circuits,
		adapters,
	});
	if (attached === undefined) return models;
	const adapter = createChatModelAdapter(attached.model);
	// Circuits of its own: every attached model has the same name, and one that fails says nothing of another.
	const attachedModels = createModels({ credentials: () => ({}), clock, log, adapters: () => adapter });
	return {
		call: (request) => {
			const isMeant = attached.use === 'all' || request.config === ATTACHED;
			return isMeant ? attachedModels.call({ ...request, config: ATTACHED }) : models.call(request);
		},
	};
}
