/** The port the engine calls: any config of a graph to one answer, with everything between settled here. */

import { randomInt } from 'node:crypto';
import { systemClock, type Clock } from '../clock';
import { ConfigurationError, ProviderError } from '../errors';
import type { LlmConfig } from '../graph/model';
import { silentLog, type Log } from '../log';
import { ask, type Answer, type Question, type Surroundings } from './ask';
import { askWithBackchannel } from './backchannel';
import { createCircuits, type Circuits } from './circuit';
import type { CallRecord, ModelAnswer, ModelRequest, Models } from './contract';
import { resolveCredential, type CredentialLookup } from './credential';
import { modelName } from './failure';
import { askGroup } from './group';
import { createRegistry, type AdapterRegistry } from './registry';

export interface ModelsOptions {
	/** Finds keys and addresses at the time of each call (R8.3). */
	credentials: CredentialLookup;
	/** Providers the run holds credentials for, named in errors. */
	heldProviders?: readonly string[];
	/** Default: the machine's clock. */
	clock?: Clock;
	/** Default: keeps nothing. */
	log?: Log;
	/** 0 ≤ number < 1, for jitter and fillers; default true chance. */
	random?: () => number;
	/** Share one between all runs of a process, so that a dead provider is known everywhere. */
	circuits?: Circuits;
	/** Share one between all runs of a process, so that what servers refused is known everywhere. */
	adapters?: AdapterRegistry;
}

/** Builds the models port. Nothing is loaded or called before the first request. */
export function createModels(options: ModelsOptions): Models {
	const clock = options.clock ?? systemClock;
	const surroundings: Surroundings = {
		clock,
		log: options.log ?? silentLog,
		random: options.random ?? chance,
		circuits: options.circuits ?? createCircuits(clock),
		adapterFor: options.adapters ?? createRegistry(),
		credentialFor: (config) => {
			refuseUnconfigured(config);
			return resolveCredential(config, options.credentials, options.heldProviders ?? []);
		},
	};
	return { call: (request) => call(request, surroundings) };
}

/** Waits between attempts need not be replayed, so they do not come from the run's seed. */
const chance = () => randomInt(2 ** 32) / 2 ** 32;

async function call(request: ModelRequest, surroundings: Surroundings): Promise<ModelAnswer> {
	request.signal.throwIfAborted();
	const calls: CallRecord[] = [];
	const question: Omit<Question, 'config'> = {
		messages: request.messages,
		tools: request.tools,
		...(request.output === undefined ? {} : { output: request.output }),
		signal: request.signal,
		...(request.onText === undefined ? {} : { onText: request.onText }),
		onCall: (record) => calls.push(record),
	};
	const { answer, saidFiller } = await answerOf(request, question, surroundings).catch((error: unknown) => {
		// What was paid for counts, also when nothing came of it.
		if (error instanceof ProviderError) Object.assign(error, { calls });
		throw error;
	});
	answer.record.won = true;
	const { record } = answer;
	return {
		...answer.reply,
		calls: calls.includes(record) ? calls : [...calls, record],
		failedParses: answer.failedParses,
		saidFiller,
		namedConfigId: record.namedConfigId ?? request.config.named_llm_config_id,
		namedConfigName: record.namedConfigName ?? request.config.named_llm_config_name,
		usedUserKey: record.usedUserKey,
	};
}

async function answerOf(
	request: ModelRequest,
	question: Omit<Question, 'config'>,
	surroundings: Surroundings,
): Promise<{ answer: Answer; saidFiller: boolean }> {
	const { config } = request;
	if (config.type === 'llm_group_with_backchannel') {
		const { onFiller, fillerPrompt, chooseFiller } = request;
		const answer = await askWithBackchannel(
			config,
			{ ...question, onFiller, fillerPrompt, chooseFiller },
			surroundings,
		);
		return { answer, saidFiller: answer.saidFiller };
	}
	if (config.type === 'llm_group')
		return { answer: await askGroup(config, question, surroundings), saidFiller: false };
	return { answer: await ask({ ...question, config }, surroundings), saidFiller: false };
}

function refuseUnconfigured(config: LlmConfig): void {
	if (config.type === 'unknown') {
		throw new ConfigurationError(
			'LLM_TYPE_UNKNOWN',
			`the LLM config is of the unknown type "${config.original_type ?? ''}"`,
			{
				advice:
					'Choose one of the LLM types this package knows; `interactly check` lists what is wrong with this one.',
			},
		);
	}
	if (
		modelName({ config }) === 'unnamed' &&
		config.type !== 'no_llm' &&
		config.type !== 'global_default_llm'
	) {
		throw new ConfigurationError(
			'LLM_MODEL_MISSING',
			`the LLM config of type "${config.type}" names no model`,
			{
				advice: 'Write the model’s name into the LLM config.',
			},
		);
	}
	if (config.type !== 'no_llm' && config.type !== 'global_default_llm') return;
	throw new ConfigurationError(
		'LLM_NOT_CONFIGURED',
		`a model was asked for, but the config in charge is "${config.type}"`,
		{
			advice: 'Choose an LLM on the node or on the workflow, or mark a saved LLM config as the default.',
		},
	);
}
