/** Requests to choose a hop, with picks by name, for the tests of choosing. */

import type { ChooseRequest } from '../../lib/edge/choose';
import type { Hop, Pick } from '../../lib/edge/contract';
import { exitsOf } from '../../lib/edge/exits';
import { CONFIG, expression, judgeBy, label, type At } from './position';

export const yes = expression('1 == 1');
export const no = expression('1 == 2');

export function request(
	position: At,
	more: Partial<ChooseRequest> & { picked?: string[] } = {},
): ChooseRequest {
	const { picked = [], ...rest } = more;
	const exits = exitsOf(position);
	const picks = picked.map((name): Pick => {
		const exit = exits.find((each) => label(each) === name);
		if (!exit) throw new Error(`No exit ${name}`);
		return { exit, justification: `picked ${name}`, args: {}, dynamicMessage: null };
	});
	return {
		position,
		exits,
		picks,
		pickedBy: { model: 'm', latencyMs: 1, totalTokens: 2 },
		llmConfig: () => CONFIG,
		ask: judgeBy({}).ask,
		history: () => [],
		choose: (messages) => messages.static_messages[0] ?? null,
		...rest,
	};
}

export const where = (hop: Hop | null) => hop && `${hop.kind}:${hop.edge?.logical_id ?? hop.globalNodeId}`;
