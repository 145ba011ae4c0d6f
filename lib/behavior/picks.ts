/** Sorting the calls of a model's answer: picked exits, ordinary tools, and names nobody offered. */

import type { ExitTool, Pick } from '../edge/contract';
import type { ToolCall } from '../llm/contract';

/** A call of an offered exit, with what was wrong with its arguments. */
export interface PickedExit {
	tool: ExitTool;
	call: ToolCall;
	pick: Pick;
	/** One sentence per argument that does not fit; no values. */
	problems: string[];
}

export interface SortedCalls {
	/** Picked exits in the order they were offered, which is their order of precedence (R3.19). */
	picked: PickedExit[];
	/** Calls of tools in `toolNames`. */
	calls: ToolCall[];
	/** Calls of names that were not offered: guesses, or text of the conversation copied by the model. */
	unknown: ToolCall[];
}

/** Only a name offered in this very call counts as a pick; everything else is never taken. */
export async function readPicks(
	toolCalls: readonly ToolCall[],
	offered: { exits: readonly ExitTool[]; toolNames: ReadonlySet<string> },
): Promise<SortedCalls> {
	const sorted: SortedCalls = { picked: [], calls: [], unknown: [] };
	for (const call of toolCalls) {
		const tool = offered.exits.find((candidate) => candidate.definition.name === call.name);
		if (tool) {
			const isRepeated = sorted.picked.some((picked) => picked.tool === tool);
			if (!isRepeated) sorted.picked.push(await readPick(tool, call));
		} else if (offered.toolNames.has(call.name)) {
			sorted.calls.push(call);
		} else {
			sorted.unknown.push(call);
		}
	}
	sorted.picked.sort((a, b) => offered.exits.indexOf(a.tool) - offered.exits.indexOf(b.tool));
	return sorted;
}

async function readPick(tool: ExitTool, call: ToolCall): Promise<PickedExit> {
	const { pick, problems } = await tool.read(call.arguments);
	if (call.invalidArguments !== undefined) problems.unshift('The arguments are not a JSON object.');
	return { tool, call, pick, problems };
}
