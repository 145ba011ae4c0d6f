/** The text of a model's answer: whether it counts beside calls, and whether it is said in one piece. */

import { workflowConfigFor } from '../graph/interior';
import type { LlmConfig, LlmOrGroup } from '../graph/model';
import type { ModelAnswer } from '../llm/contract';
import type { Step } from './contract';
import type { SortedCalls } from './picks';
import type { LlmNode } from './prompt';
import type { OfferedTool } from './tool-round';

const DROPS_TEXT = 'ignore_content_received_during_llm_tool_call_specification';

/**
 * The text, or nothing where free text beside calls is dropped (R2.48): by the flag of the workflow or the
 * node, or when every call of the answer targets a tool with that flag.
 */
export function keptText(
	step: Step<LlmNode>,
	reply: { answer: ModelAnswer; sorted: SortedCalls; tools: ReadonlyMap<string, OfferedTool> },
): string {
	const { answer, sorted, tools } = reply;
	if (answer.toolCalls.length === 0) return answer.text;
	const workflow = workflowConfigFor(step.graph, step.node.logical_id ?? '');
	if (step.node[DROPS_TEXT] || workflow[DROPS_TEXT]) return '';
	const callsToolsOnly = sorted.calls.length === answer.toolCalls.length;
	const allDrop = sorted.calls.every((call) => tools.get(call.name)?.tool[DROPS_TEXT] === true);
	return callsToolsOnly && allDrop ? '' : answer.text;
}

/** Whether text of the coming answer may turn out to be dropped, so that none of it may be shown early. */
export function mayDropText(
	step: Step<LlmNode>,
	offered: { tools: readonly OfferedTool[]; hasExits: boolean },
): boolean {
	const workflow = workflowConfigFor(step.graph, step.node.logical_id ?? '');
	const dropsAll = step.node[DROPS_TEXT] || workflow[DROPS_TEXT];
	if (dropsAll) return offered.hasExits || offered.tools.length > 0;
	return offered.tools.some(({ tool }) => tool[DROPS_TEXT]);
}

/** Whether the model that answered wants its reply said in one piece (R8.16). */
export function speaksWhole(config: LlmOrGroup, answer: ModelAnswer): boolean {
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
