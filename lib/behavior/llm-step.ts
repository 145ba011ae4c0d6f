/** The talk of an LLM node with its model: answers, tool rounds and picked exits of one execution (R2.44–R2.48). */

import type { Pick } from '../edge/contract';
import { workflowConfigFor } from '../graph/interior';
import type { LlmConfig, LlmOrGroup } from '../graph/model';
import { fillText } from '../value/template';
import { ConfigurationError } from '../errors';
import type { ModelAnswer, ModelMessage, ToolCall } from '../llm/contract';
import type { CallPurpose, Step, StepOutcome } from './contract';
import { readPicks, type PickedExit, type SortedCalls } from './picks';
import { fillerPrompt, systemPrompt, type LlmNode } from './prompt';
import { offeredTools, runRound, type OfferedTool } from './tool-round';

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
	/** The text of the last answer, said or not. */
	text: string;
	/** A global condition matched meanwhile: nothing was said, nothing may follow (R3.26). */
	discarded: boolean;
}

const NO_TOOLS: ReadonlyMap<string, OfferedTool> = new Map();

/** The model config of an LLM node (R8.2). @throws {ConfigurationError} `LLM_NOT_CONFIGURED`. */
export function configOf(step: Step<LlmNode>): LlmOrGroup {
	const { node } = step;
	const config = step.llmConfig(node.llms_config, node.attachable_llm_config_id);
	if (config !== null) return config;
	const name = node.name ?? node.logical_id;
	throw new ConfigurationError(
		'LLM_NOT_CONFIGURED',
		`Node "${name}" needs a model, but neither it nor its workflow has one.`,
		{
			advice: 'Choose a model on the node or as the default of the workflow.',
			place: `node "${name}"`,
		},
	);
}

/**
 * Holds the talk until the model answers without ordinary calls, picks an exit, or may call no more.
 *
 * @throws {ProviderError} A call failed after its last attempt; what was said and done before stays.
 */
export async function talk(step: Step<LlmNode>, options: TalkOptions): Promise<Talk> {
	const config = configOf(step);
	const exits = step.withoutTools ? [] : step.exits;
	const tools = step.withoutTools ? NO_TOOLS : offeredTools(step);
	const maxRounds = step.node.max_consecutive_tool_calls;
	const filler = fillerPrompt(step);
	const state: Talk = {
		config,
		messages: [
			{ role: 'system', content: systemPrompt(step, exits.length > 0) },
			...(options.history ?? step.history),
		],
		picks: [],
		pickedBy: undefined,
		said: false,
		text: '',
		discarded: false,
	};
	let rounds = 0;
	let saidFiller = false;
	let hasCorrected = false;
	let correcting: PickedExit | null = null;

	for (;;) {
		const usable = rounds < maxRounds && correcting === null ? tools : NO_TOOLS;
		const offered = correcting === null ? exits : [correcting.tool];
		const answer = await step.callModel({
			purpose: options.purpose,
			config,
			messages: [...state.messages],
			tools: [
				...[...usable.values()].map((each) => each.definition),
				...offered.map((exit) => exit.definition),
			],
			audible: options.speaks && correcting === null,
			fills: correcting === null,
			fillerPrompt: filler,
		});
		if (!(await step.cleared())) {
			step.discard(answer);
			return { ...state, picks: [], pickedBy: undefined, discarded: true };
		}
		saidFiller ||= answer.saidFiller;
		const sorted = await readPicks(answer.toolCalls, { exits: offered, toolNames: new Set(usable.keys()) });

		if (correcting !== null) {
			const [corrected] = sorted.picked;
			takeExit(step, state, { picked: corrected ?? correcting, answer });
			return state;
		}

		const text = dropsText(step, { answer, sorted, tools: usable }) ? '' : answer.text;
		state.text = text;
		if (options.speaks && text.trim() !== '') {
			step.say({ text, type: 'llm', answer, whole: speaksWhole(config, answer) });
			state.said = true;
		}
		const [first] = sorted.picked;
		const mayCorrect = !hasCorrected && (first ? first.problems.length > 0 : needsAnswer(sorted, text));
		if (sorted.calls.length > 0) {
			const kept = mayCorrect ? answer.toolCalls : sorted.calls;
			state.messages.push({ role: 'assistant', content: text, toolCalls: [...kept] });
			step.addToolCalls(answer, sorted.calls, false);
			const saysFillers = options.speaks && !saidFiller;
			state.messages.push(
				...(await runRound(step, { calls: sorted.calls, tools: usable, round: rounds, saysFillers })),
			);
			rounds += 1;
		} else if (mayCorrect) {
			state.messages.push({ role: 'assistant', content: text, toolCalls: [...answer.toolCalls] });
		} else if (text.trim() !== '') {
			state.messages.push({ role: 'assistant', content: text, toolCalls: [] });
		}
		if (mayCorrect) {
			hasCorrected = true;
			state.messages.push(...refusals(sorted));
			correcting = first ?? null;
			continue;
		}
		if (first) {
			state.picks = sorted.picked.slice(1).map((picked) => picked.pick);
			takeExit(step, state, { picked: first, answer });
			return state;
		}
		if (sorted.unknown.length > 0) {
			step.warn('The model called functions that were not offered to it; the calls were ignored.');
		}
		if (sorted.calls.length === 0) return state;
		if (options.endsWithTools && rounds >= maxRounds && exits.length === 0) return state;
	}
}

/** Takes the exit with the arguments that fit; what does not fit is left out (R3.20). */
function takeExit(
	step: Step,
	state: Talk,
	{ picked, answer }: { picked: PickedExit; answer: ModelAnswer },
): void {
	if (picked.problems.length > 0) {
		const name =
			picked.pick.exit.edge?.name ??
			picked.pick.exit.destination.name ??
			picked.pick.exit.destination.logical_id;
		step.warn(`Exit "${name}" is taken without some of its arguments: ${picked.problems.join(' ')}`);
	}
	state.picks = [picked.pick, ...state.picks];
	state.pickedBy = {
		model: answer.model,
		latencyMs: answer.latencyMs,
		totalTokens: answer.usage.totalTokens,
	};
}

/** An answer of nothing but names nobody offered gets one more chance; the names are never taken. */
function needsAnswer(sorted: SortedCalls, text: string): boolean {
	return sorted.unknown.length > 0 && sorted.calls.length === 0 && text.trim() === '';
}

/** Results for the calls that were not carried out, so that the model can mend or drop them. */
function refusals({ picked, unknown }: SortedCalls): ModelMessage[] {
	const results: Array<[ToolCall, string]> = unknown.map((call) => [
		call,
		'There is no such function. Nothing was done.',
	]);
	picked.forEach(({ call, problems }, index) => {
		const mend = `Not done yet. Call it again with corrected arguments: ${problems.join(' ')}`;
		results.push([call, index === 0 ? mend : 'Not done: another function was called first.']);
	});
	return results.map(([call, content]) => ({
		role: 'tool',
		toolCallId: call.id,
		toolName: call.name,
		content,
	}));
}

/** Free text beside calls is dropped by the workflow's or node's flag, or when every call's tool says so (R2.48). */
function dropsText(
	step: Step<LlmNode>,
	{
		answer,
		sorted,
		tools,
	}: { answer: ModelAnswer; sorted: SortedCalls; tools: ReadonlyMap<string, OfferedTool> },
): boolean {
	if (answer.toolCalls.length === 0) return false;
	const flag = 'ignore_content_received_during_llm_tool_call_specification';
	if (step.node[flag] || workflowConfigFor(step.graph, step.node.logical_id ?? '')[flag]) return true;
	return (
		sorted.calls.length === answer.toolCalls.length &&
		sorted.calls.every((call) => tools.get(call.name)?.tool[flag] === true)
	);
}

/** Whether the model that answered wants its reply said in one piece (R8.16). */
function speaksWhole(config: LlmOrGroup, answer: ModelAnswer): boolean {
	const members = membersOf(config);
	const speaker = members.find(
		(member) =>
			'model' in member && typeof member.model === 'string' && answer.model.startsWith(member.model),
	);
	return (speaker ?? members[0])?.do_not_split_sentences === true;
}

function membersOf(config: LlmOrGroup): LlmConfig[] {
	if (config.type === 'llm_group') return config.llms;
	if (config.type === 'llm_group_with_backchannel') return config.main_llm_config?.llms ?? [];
	return [config];
}

/** The line of R2.49, filled; null when the failure is to end the run (R2.50). */
export function errorMessageOf(step: Step<LlmNode>): string | null {
	const message = step.node.default_error_message;
	return message === null ? null : fillText(message, step.scope);
}
