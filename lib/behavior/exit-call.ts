/** What becomes of calls that are no ordinary tools: exits taken, guesses and faulty calls refused (R3.19, R3.20). */

import type { ModelAnswer, ModelMessage, ToolCall } from '../llm/contract';
import type { Step, StepOutcome } from './contract';
import type { PickedExit, SortedCalls } from './picks';

/** Takes the exits in their order of precedence, each with the arguments that fit. */
export function takeExit(
	step: Step,
	outcome: Pick<StepOutcome, 'picks' | 'pickedBy'>,
	{ picked, answer }: { picked: readonly PickedExit[]; answer: ModelAnswer },
): void {
	const [first] = picked;
	if (first && first.problems.length > 0) {
		const { edge, destination } = first.pick.exit;
		const name = edge?.name ?? destination.name ?? destination.logical_id;
		step.warn(`Exit "${name}" is taken without some of its arguments: ${first.problems.join(' ')}`);
	}
	outcome.picks = picked.map(({ pick }) => pick);
	outcome.pickedBy = {
		model: answer.model,
		latencyMs: answer.latencyMs,
		totalTokens: answer.usage.totalTokens,
	};
}

/** An answer of nothing but names nobody offered gets one more chance; the names are never taken. */
export function isEmptyGuess({ picked, calls, unknown }: SortedCalls, text: string): boolean {
	return unknown.length > 0 && calls.length === 0 && picked.length === 0 && text.trim() === '';
}

/** Results for the calls that were not carried out, so that the model can mend or drop them. */
export function refuseCalls({ picked, unknown }: SortedCalls): ModelMessage[] {
	const results: Array<[ToolCall, string]> = unknown.map((call) => [
		call,
		'There is no such function. Nothing was done.',
	]);
	picked.forEach(({ call, problems }, index) => {
		const mend = `Not done yet. Call it again with corrected arguments: ${problems.join(' ')}`;
		results.push([call, index === 0 ? mend : 'Not done: another function comes first.']);
	});
	return results.map(([call, content]) => ({
		role: 'tool',
		toolCallId: call.id,
		toolName: call.name,
		content,
	}));
}
