/** Choosing against a plain model of the rules, for any mix of exits and any answers. */

import fc from 'fast-check';
import { chooseHop } from '../../lib/edge/choose';
import { exitsOf } from '../../lib/edge/exits';
import type { JsonObject } from '../../lib/json';
import { at, CONFIG, conditional, direct, expression, globally, graphOf, judgeBy, label } from './position';

const exit = fc.record({
	isGlobal: fc.boolean(),
	isExpression: fc.boolean(),
	isTrue: fc.boolean(),
	priority: fc.option(fc.integer({ min: -2, max: 2 })),
});

const condition = ({ isExpression, isTrue }: { isExpression: boolean; isTrue: boolean }): JsonObject =>
	isExpression ? expression(isTrue ? '1 == 1' : '1 == 2') : { condition_freeform: 'f' };

test('R3.2–R3.5, R3.10, R3.11: the first true exit by kind, then by order, whatever decides it', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(exit, { maxLength: 6 }),
			fc.record({
				hasDirect: fc.boolean(),
				isSpeaker: fc.boolean(),
				seed: fc.array(fc.integer(), { minLength: 6, maxLength: 6 }),
			}),
			async (exits, { hasDirect, isSpeaker, seed }) => {
				const graph = graphOf({
					nodes: [
						{ logical_id: 'n', type: isSpeaker ? 'say_llm' : 'say_static' },
						...exits.map((each, index) => ({
							logical_id: `d${index}`,
							...(each.isGlobal ? globally(condition(each)) : {}),
						})),
						{ logical_id: 'on' },
					],
					edges: [
						...exits.flatMap((each, index) =>
							each.isGlobal
								? []
								: [conditional('n', `d${index}`, condition(each), { priority: each.priority })],
						),
						...(hasDirect ? [direct('n', 'on')] : []),
					],
				});
				const position = at(graph, 'n');
				const open = exitsOf(position);
				// The model calls its exits in any order; a node without a model is judged exit by exit.
				const picks = open
					.filter((each) => isSpeaker && exits[Number(each.destination.logical_id?.slice(1))]?.isTrue)
					.filter((each) => !each.condition.condition_expression)
					.map((each, index) => ({
						pick: { exit: each, justification: 'j', args: {}, dynamicMessage: null },
						at: seed[index] ?? 0,
					}))
					.sort((a, b) => a.at - b.at)
					.map(({ pick }) => pick);
				const verdicts = Object.fromEntries(exits.map((each, index) => [`d${index}`, each.isTrue]));
				const hop = await chooseHop({
					position,
					exits: open,
					picks,
					llmConfig: () => CONFIG,
					ask: judgeBy(verdicts).ask,
					history: () => [],
					choose: () => null,
				});

				const rank = (index: number) => exits[index]?.priority ?? Infinity;
				const trueOnes = exits.map((_, index) => index).filter((index) => exits[index]?.isTrue);
				const global = trueOnes.find(
					(index) => exits[index]?.isGlobal && (isSpeaker || exits[index]?.isExpression),
				);
				const [own] = trueOnes
					.filter((index) => !exits[index]?.isGlobal)
					.sort((a, b) => rank(a) - rank(b) || a - b);
				const expected =
					global !== undefined ? `d${global}` : hasDirect ? 'on' : own !== undefined ? `d${own}` : null;
				expect(hop?.destination.logical_id ?? null).toBe(expected);
				if (hop && hop.kind !== 'direct')
					expect(open.map(label)).toContain(
						`${hop.kind === 'conditional' ? 'own' : hop.kind}:${hop.edge?.logical_id ?? hop.globalNodeId}`,
					);
			},
		),
		{ numRuns: 300 },
	);
});
