/** A filler while the main model thinks: "One moment.", said at most once and never after the answer began (R8.10). */

import { codeOf, ConfigurationError } from '../errors';
import type { BackchannelGroup } from '../graph/model';
import type { Answer, Question, Surroundings } from './ask';
import { askGroup } from './group';
import { createPrefixGate, cutPrefix } from './prefix';

const DEFAULT_PATIENCE_MS = 2000;

/** What a generated filler is asked for where neither node nor workflow has a prompt. */
export const FILLER_PROMPT =
	'Say one short filler sentence, at most ten words, that shows you are working on the answer. Do not answer and do not ask.';

export interface FillerOptions {
	onFiller?: (text: string) => void;
	fillerPrompt?: string;
	/** Chooses from a list by the run's own position (R7.8.3); without it every choice is random. */
	chooseFiller?: (texts: readonly string[], mode: 'random' | 'sequence') => string | null;
}

export interface BackchannelAnswer extends Answer {
	saidFiller: boolean;
}

/** Asks the main group; says one filler when it is slow; cuts the mark from the answer (R8.11). */
export async function askWithBackchannel(
	group: BackchannelGroup,
	question: Omit<Question, 'config'> & FillerOptions,
	surroundings: Surroundings,
): Promise<BackchannelAnswer> {
	const main = group.main_llm_config;
	if (main === null) {
		throw new ConfigurationError(
			'LLM_GROUP_EMPTY',
			'the LLM group with backchannel has no main_llm_config, so nobody can answer (R8.9)',
			{
				advice: 'Set main_llm_config to a group with at least one LLM.',
			},
		);
	}
	const { onFiller, fillerPrompt: _prompt, chooseFiller: _choose, ...plain } = question;
	const answering = new AbortController();
	let saidFiller = false;
	const say = (text: string) => {
		if (answering.signal.aborted || saidFiller || text.trim() === '') return;
		saidFiller = true;
		onFiller?.(text.trim());
	};
	const gate =
		question.onText === undefined
			? null
			: createPrefixGate({
					prefix: group.non_backchannel_response_prefix,
					saidFiller: () => saidFiller,
					onText: question.onText,
				});
	const filler =
		onFiller === undefined
			? null
			: fillerAfterPatience({ group, question, surroundings, signal: answering.signal, say });
	try {
		const answer = await askGroup(
			main,
			{
				...plain,
				...(gate === null ? {} : { onText: gate.add }),
				onAnswering: () => {
					answering.abort(new Error('the main model answers'));
					question.onAnswering?.();
				},
			},
			surroundings,
		);
		gate?.end();
		const text = cutPrefix(answer.reply.text, group.non_backchannel_response_prefix, saidFiller);
		return { ...answer, reply: { ...answer.reply, text }, saidFiller };
	} finally {
		answering.abort(new Error('the main call ended'));
		await filler;
	}
}

interface FillerCall {
	group: BackchannelGroup;
	question: Omit<Question, 'config'> & FillerOptions;
	surroundings: Surroundings;
	signal: AbortSignal;
	say: (text: string) => void;
}

/** Resolves when the filler is said or will not be; never rejects: a filler that fails is no failure. */
async function fillerAfterPatience({
	group,
	question,
	surroundings,
	signal,
	say,
}: FillerCall): Promise<void> {
	try {
		await surroundings.clock.sleep(group.backchannel_min_patience_time_ms ?? DEFAULT_PATIENCE_MS, signal);
		const texts = group.backchannel_static_responses.filter((text) => text.trim() !== '');
		if (texts.length > 0) {
			const chosen = question.chooseFiller?.(texts, group.backchannel_static_responses_selection_mode);
			say(chosen ?? texts[Math.floor(surroundings.random() * texts.length)] ?? '');
			return;
		}
		if (group.backchannel_llm_config === null) return;
		const answer = await askGroup(
			group.backchannel_llm_config,
			{ messages: fillerMessages(question), tools: [], signal, onCall: question.onCall },
			surroundings,
		);
		say(answer.reply.text);
	} catch (error) {
		if (!signal.aborted) surroundings.log.warn('no filler could be generated', { code: codeOf(error) });
	}
}

function fillerMessages(question: Omit<Question, 'config'> & FillerOptions): Question['messages'] {
	const prompt = question.fillerPrompt?.trim() || FILLER_PROMPT;
	return [
		{ role: 'system', content: prompt },
		...question.messages.filter((message) => message.role !== 'system'),
	];
}
