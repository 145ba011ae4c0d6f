/** The talk of an LLM node with its model: answers, tool rounds and picked exits of one execution (R2.44–R2.48). */

import type { ExitTool, Pick } from '../edge/contract';
import { ConfigurationError } from '../errors';
import type { LlmOrGroup } from '../graph/model';
import type { ModelAnswer, ModelMessage } from '../llm/contract';
import { fillText } from '../value/template';
import type { CallPurpose, Step, StepOutcome } from './contract';
import { isEmptyGuess, refuseCalls, takeExit } from './exit-call';
import { isProviderFailure } from './failure';
import { readPicks, type SortedCalls } from './picks';
import { fillerPrompt, systemPrompt, type LlmNode } from './prompt';
import { keptText, mayDropText, speaksWhole } from './reply-text';
import { offeredTools, runRound, warnOfMissingServers, type OfferedTool } from './tool-round';

export interface TalkOptions {
	purpose: CallPurpose;
	/** The texts are said to the user; else they stay in the record only. */
	speaks: boolean;
	/** After the last tool round nothing more is asked: a structured call follows anyway (R7.5.3). */
	endsWithTools?: boolean;
	/** Takes the place of the thread's history. */
	history?: readonly ModelMessage[];
}

export interface Talk {
	config: LlmOrGroup;
	/** The system message and the conversation as it stands now, this node's answers included. */
	messages: ModelMessage[];
	picks: Pick[];
	pickedBy: StepOutcome['pickedBy'];
	/** Some text of the model reached the user. */
	said: boolean;
	/** The text of the last answer, said or not, and how it ended. */
	text: string;
	finishReason: ModelAnswer['finishReason'];
	/** A global condition matched meanwhile: nothing was said, nothing may follow (R3.26). */
	discarded: boolean;
}

/** What stays the same through all calls of one talk. */
interface Terms extends TalkOptions {
	step: Step<LlmNode>;
	exits: readonly ExitTool[];
	tools: ReadonlyMap<string, OfferedTool>;
	filler: string | undefined;
}

interface Reply {
	answer: ModelAnswer;
	sorted: SortedCalls;
	/** The text that counts (R2.48). */
	text: string;
}

const NO_TOOLS: ReadonlyMap<string, OfferedTool> = new Map();

/**
 * Holds the talk until the model answers without ordinary calls, picks an exit, or may call no more.
 *
 * @throws {ProviderError} A call failed after its last attempt; what was said and done before stays.
 */
export async function talk(step: Step<LlmNode>, options: TalkOptions): Promise<Talk> {
	const exits = step.withoutTools ? [] : step.exits;
	const tools = step.withoutTools ? NO_TOOLS : offeredTools(step);
	if (!step.withoutTools) warnOfMissingServers(step);
	const terms: Terms = { ...options, step, exits, tools, filler: fillerPrompt(step) };
	const system: ModelMessage = { role: 'system', content: systemPrompt(step, exits.length > 0) };
	const state: Talk = {
		config: configOf(step),
		messages: [system, ...(options.history ?? step.history)],
		picks: [],
		pickedBy: undefined,
		said: false,
		text: '',
		finishReason: 'stop',
		discarded: false,
	};
	const maxRounds = step.node.max_consecutive_tool_calls;
	let rounds = 0;
	let saidFiller = false;
	let hasRefused = false;
	for (;;) {
		const usable = rounds < maxRounds ? tools : NO_TOOLS;
		const answer = await ask(terms, state, usable);
		if (!(await step.cleared())) {
			step.discard(answer);
			return { ...state, discarded: true };
		}
		saidFiller ||= answer.saidFiller;
		const sorted = await readPicks(answer.toolCalls, { exits, toolNames: new Set(usable.keys()) });
		const reply: Reply = { answer, sorted, text: keptText(step, { answer, sorted, tools: usable }) };
		speak(terms, state, reply);

		const [first] = sorted.picked;
		const needsMending = first !== undefined && first.problems.length > 0;
		const isGuess = !hasRefused && isEmptyGuess(sorted, reply.text);
		remember(state, reply, needsMending || isGuess);
		if (sorted.calls.length > 0) {
			step.addToolCalls(answer, sorted.calls, false);
			const saysFillers = options.speaks && !saidFiller;
			const round = { calls: sorted.calls, tools: usable, round: rounds, saysFillers };
			state.messages.push(...(await runRound(step, round)));
			rounds += 1;
		}
		if (needsMending) {
			await mendPick(terms, state, { answer, sorted });
			return state;
		}
		if (first) {
			takeExit(step, state, { picked: sorted.picked, answer });
			return state;
		}
		if (isGuess) {
			hasRefused = true;
			state.messages.push(...refuseCalls(sorted));
			continue;
		}
		if (sorted.unknown.length > 0) {
			step.warn('The model called functions that were not offered to it; the calls were ignored.');
		}
		if (sorted.calls.length === 0) return state;
		if (options.endsWithTools && rounds >= maxRounds && exits.length === 0) return state;
	}
}

/** The model config of an LLM node (R8.2). @throws {ConfigurationError} `LLM_NOT_CONFIGURED`. */
export function configOf(step: Step<LlmNode>): LlmOrGroup {
	const { node } = step;
	const config = step.llmConfig(node.llms_config, node.attachable_llm_config_id);
	if (config !== null) return config;
	const name = node.name ?? node.logical_id;
	throw new ConfigurationError(
		'LLM_NOT_CONFIGURED',
		`Node "${name}" needs a model, but neither it nor its workflow has one.`,
		{ advice: 'Choose a model on the node or as the default of the workflow.', place: `node "${name}"` },
	);
}

/** The line of R2.49, filled; null when the failure is to end the run (R2.50). */
export function errorMessageOf(step: Step<LlmNode>): string | null {
	const message = step.node.default_error_message;
	return message === null ? null : fillText(message, step.scope);
}

function ask(terms: Terms, state: Talk, usable: ReadonlyMap<string, OfferedTool>): Promise<ModelAnswer> {
	const { step, speaks, exits } = terms;
	const ordinary = [...usable.values()];
	return step.callModel({
		purpose: terms.purpose,
		config: state.config,
		messages: [...state.messages],
		tools: [...ordinary, ...exits].map((offered) => offered.definition),
		audible: speaks && !mayDropText(step, { tools: ordinary, hasExits: exits.length > 0 }),
		fills: true,
		fillerPrompt: terms.filler,
	});
}

function speak({ step, speaks }: Terms, state: Talk, { answer, text }: Reply): void {
	state.text = text;
	state.finishReason = answer.finishReason;
	if (!speaks || text.trim() === '') return;
	step.say({ text, type: 'llm', answer, whole: speaksWhole(state.config, answer) });
	state.said = true;
}

/** Calls stay in the conversation only when each of them gets a result there. */
function remember(state: Talk, { answer, sorted, text }: Reply, answersAll: boolean): void {
	const toolCalls = answersAll ? answer.toolCalls : sorted.calls;
	if (toolCalls.length === 0 && text.trim() === '') return;
	state.messages.push({ role: 'assistant', content: text, toolCalls: [...toolCalls] });
}

/** One re-ask for the arguments of a picked exit; then it is taken with those that fit (R3.20). */
async function mendPick(
	{ step, purpose }: Terms,
	state: Talk,
	{ answer, sorted }: { answer: ModelAnswer; sorted: SortedCalls },
): Promise<void> {
	const [first, ...others] = sorted.picked;
	if (!first) return;
	state.messages.push(...refuseCalls(sorted));
	try {
		const again = await step.callModel({
			purpose,
			config: state.config,
			messages: [...state.messages],
			tools: [first.tool.definition],
		});
		const read = await readPicks(again.toolCalls, { exits: [first.tool], toolNames: new Set() });
		takeExit(step, state, { picked: [read.picked[0] ?? first, ...others], answer: again });
	} catch (error) {
		// The decision stands, whatever became of its arguments.
		if (!isProviderFailure(error)) throw error;
		takeExit(step, state, { picked: sorted.picked, answer });
	}
}
