/** The order in which a hop is chosen, and what the chosen hop carries. */

import { chooseHop } from '../../lib/edge/choose';
import type { Exit } from '../../lib/edge/contract';
import { exitsOf } from '../../lib/edge/exits';
import type { JsonObject } from '../../lib/json';
import { no, request, where, yes } from './choosing';
import { at, conditional, direct, expression, globally, graphOf, judgeBy } from './position';

describe('R3.2: the order of precedence', () => {
	/** A global node with everything: another global, a way back, own edges; with or without a direct edge. */
	const graphWith = (parts: {
		global?: JsonObject;
		reverse?: JsonObject;
		direct?: boolean;
		own?: JsonObject;
	}) =>
		graphOf({
			nodes: [
				{ logical_id: 'a' },
				{ logical_id: 'n', ...globally('into n', { reverse_conditional_edge: parts.reverse ?? no }) },
				{ logical_id: 'g', ...globally(parts.global ?? no) },
			],
			edges: [conditional('n', 'a', parts.own ?? no), ...(parts.direct ? [direct('n', 'a')] : [])],
		});

	test.each([
		[
			'1: a matched global wins over all others',
			{ global: yes, reverse: yes, direct: true, own: yes },
			'global:g',
		],
		['2: the way back comes next', { reverse: yes, direct: true, own: yes }, 'reverse:n'],
		['3: then the main direct edge', { direct: true, own: yes }, 'direct:n=a'],
		['4: then own conditional edges', { own: yes }, 'conditional:n-a'],
		['5: nothing', {}, null],
	])('%s', async (_title, parts, expected) => {
		const position = at(graphWith(parts), 'n', { callers: { n: 'a' } });
		expect(where(await chooseHop(request(position)))).toBe(expected);
	});

	test('R3.19: of several picks the first by this order wins, not the first the model called', async () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'a' },
				{
					logical_id: 'n',
					...globally('into n', { reverse_conditional_edge: { condition_freeform: 'back' } }),
				},
				{ logical_id: 'g', ...globally('help') },
			],
			edges: [conditional('n', 'a', 'own')],
		});
		const position = () => at(graph, 'n', { callers: { n: 'a' } });
		const choose = (picked: string[]) => chooseHop(request(position(), { picked })).then(where);
		expect(await choose(['own:n-a', 'reverse:n', 'global:g'])).toBe('global:g');
		expect(await choose(['own:n-a', 'reverse:n'])).toBe('reverse:n');
		expect(await choose(['own:n-a'])).toBe('conditional:n-a');
		expect(await choose([])).toBe(null);
	});

	test('R3.5: of several true globals the first in the node list wins, however it was found true', async () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'n' },
				{
					logical_id: 'first',
					...globally('one', { global_condition_edge_evaluation_method: 'independent_llm_evaluations' }),
				},
				{ logical_id: 'second', ...globally(yes) },
				{ logical_id: 'third', ...globally('three') },
			],
		});
		const position = at(graph, 'n');
		const [first] = exitsOf(position);
		const judged = {
			pick: { exit: first as Exit, justification: 'heard', args: {}, dynamicMessage: null },
			judgedBy: { model: 'judge', latencyMs: 5, totalTokens: 6 },
		};
		const hop = await chooseHop(request(position, { picked: ['global:third'], judged }));
		expect(hop).toMatchObject({
			kind: 'global',
			globalNodeId: 'first',
			reason: 'heard',
			judgedBy: judged.judgedBy,
		});
		expect(where(await chooseHop(request(at(graph, 'n'), { picked: ['global:third'] })))).toBe(
			'global:second',
		);
	});
});

describe('direct edges', () => {
	test.each([
		[
			'R3.6: the edge without the fork flag is the main one',
			[direct('a', 'x', true), direct('a', 'y')],
			'direct:a=y',
		],
		['R5.12: a lone fork edge continues the thread', [direct('a', 'x', true)], 'direct:a=x'],
		['two fork edges alone continue nothing', [direct('a', 'x', true), direct('a', 'y', true)], null],
		['R3.60: an edge to nowhere is no edge', [direct('a', 'gone'), direct('a', 'y', true)], 'direct:a=y'],
		['R3.58: a disabled edge is no edge', [direct('a', 'x', undefined, { disabled: true })], null],
	])('%s', async (_title, edges, expected) => {
		const graph = graphOf({ nodes: [{ logical_id: 'a' }, { logical_id: 'x' }, { logical_id: 'y' }], edges });
		const hop = await chooseHop(request(at(graph, 'a')));
		expect(where(hop)).toBe(expected);
		if (hop) expect(hop).toMatchObject({ reason: null, args: {}, message: null, judgedBy: null });
	});

	test.each([
		['R6.9: not taken while the loop repeats', 'repeating', no, null],
		['R6.9: taken after exhaustion when no condition holds', 'exhausted', no, 'direct:a=y'],
		['R6.5: a condition is an exit of a repeating loop', 'repeating', yes, 'conditional:a-x'],
		['R6.9: a condition comes before the direct edge after exhaustion', 'exhausted', yes, 'conditional:a-x'],
	] as const)('%s', async (_title, loop, condition, expected) => {
		const graph = graphOf({
			nodes: [{ logical_id: 'a', type: 'no_op' }, { logical_id: 'x' }, { logical_id: 'y' }],
			edges: [conditional('a', 'x', condition), direct('a', 'y')],
		});
		expect(where(await chooseHop(request(at(graph, 'a', { loop }))))).toBe(expected);
	});
});

describe('own edges of an LLM node', () => {
	const graphWith = (...conditions: Array<JsonObject | string>) =>
		graphOf({
			nodes: [{ logical_id: 'a' }, ...conditions.map((_, index) => ({ logical_id: `d${index}` }))],
			edges: conditions.map((condition, index) => conditional('a', `d${index}`, condition)),
		});

	test.each([
		['the first picked one', ['f', 'f'], ['own:a-d1', 'own:a-d0'], 'conditional:a-d0'],
		['an expression before a pick', [yes, 'f'], ['own:a-d1'], 'conditional:a-d0'],
		['a pick before an expression', ['f', yes], ['own:a-d0'], 'conditional:a-d0'],
		['a true expression when nothing was picked', ['f', no, yes], [], 'conditional:a-d2'],
		['nothing true', ['f', no], [], null],
	])('R3.10, R3.11: %s', async (_title, conditions, picked, expected) => {
		expect(where(await chooseHop(request(at(graphWith(...conditions), 'a'), { picked })))).toBe(expected);
	});

	test('R3.14: what the model did not pick is not judged again', async () => {
		const { ask, asked } = judgeBy({ d0: true });
		expect(await chooseHop(request(at(graphWith('f'), 'a'), { ask }))).toBe(null);
		expect(asked).toEqual([]);
	});

	test('R2.49, R2.51: with expressionsOnly neither picks nor judges count, expressions do', async () => {
		const position = () => at(graphWith('f', yes), 'a');
		expect(where(await chooseHop(request(position(), { picked: ['own:a-d0'], expressionsOnly: true })))).toBe(
			'conditional:a-d1',
		);
	});

	test('R3.18, R3.21: a pick brings its justification, its arguments and the call that made it', async () => {
		const position = at(graphWith('f'), 'a');
		const [exit] = exitsOf(position);
		const pick = {
			exit: exit as Exit,
			justification: 'She said so.',
			args: { day: 'Monday' },
			dynamicMessage: null,
		};
		expect(await chooseHop({ ...request(position), picks: [pick] })).toMatchObject({
			reason: 'She said so.',
			args: { day: 'Monday' },
			judgedBy: { model: 'm', latencyMs: 1, totalTokens: 2 },
		});
	});
});

describe('expressions', () => {
	const graphWith = (...texts: string[]) =>
		graphOf({
			nodes: [{ logical_id: 'a' }, ...texts.map((_, index) => ({ logical_id: `d${index}` }))],
			edges: texts.map((text, index) => conditional('a', `d${index}`, expression(text))),
		});

	test('R3.37: the reason of the hop is the hydrated expression', async () => {
		const hop = await chooseHop(
			request(
				at(graphWith("[[count]] >= 3 AND [[name]] == 'Ann'"), 'a', { variables: { count: 3, name: 'Ann' } }),
			),
		);
		expect(hop).toMatchObject({ reason: "3 >= 3 AND 'Ann' == 'Ann'", judgedBy: null });
	});

	test('R3.37b: an error in a later edge is not seen', async () => {
		expect(where(await chooseHop(request(at(graphWith('1 == 1', '((('), 'a'))))).toBe('conditional:a-d0');
	});

	test('R3.37a: an error in an edge that is reached ends the run and names the edge', async () => {
		await expect(chooseHop(request(at(graphWith('1 == 2', '((('), 'a')))).rejects.toMatchObject({
			name: 'ExpressionError',
			message: expect.stringContaining('edge "a to d1"'),
			place: 'node "a", edge "a to d1"',
		});
	});

	test('R3.35: a comparison without sense warns, naming edge, expression and hydrated form, once per edge', async () => {
		const position = at(graphWith("[[age]] < 'old'"), 'a', { variables: { age: null } });
		expect(await chooseHop(request(position))).toBe(null);
		expect(position.warnings).toHaveLength(1);
		expect(position.warnings[0]?.onceKey).toBe('expression:a-d0');
		expect(position.warnings[0]?.message).toMatch(
			/^Edge "a to d0": .* Expression: \[\[age\]\] < 'old' Read as: null < 'old'$/,
		);
	});

	test('R3.28: global expressions are read after any node', async () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'a', type: 'no_op' },
				{ logical_id: 'g', ...globally(expression('[[sos]] == true')) },
			],
		});
		expect(where(await chooseHop(request(at(graph, 'a', { variables: { sos: true } }))))).toBe('global:g');
	});
});
