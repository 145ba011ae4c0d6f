/** The order in which a hop is chosen, and what the chosen hop carries. */

import { chooseHop, type ChooseRequest } from '../../lib/edge/choose';
import type { Exit, Hop, Pick } from '../../lib/edge/contract';
import { exitsOf } from '../../lib/edge/exits';
import type { JsonObject } from '../../lib/json';
import { answer, modelFailure } from '../behavior/fake-step';
import {
	at,
	CONFIG,
	conditional,
	direct,
	expression,
	globally,
	graphOf,
	judgeBy,
	label,
	type At,
} from './position';

const yes = expression('1 == 1');
const no = expression('1 == 2');

function request(position: At, more: Partial<ChooseRequest> & { picked?: string[] } = {}): ChooseRequest {
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
		history: [],
		choose: (messages) => messages.static_messages[0] ?? null,
		...rest,
	};
}

const where = (hop: Hop | null) => hop && `${hop.kind}:${hop.edge?.logical_id ?? hop.globalNodeId}`;

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

describe('R3.15: nodes without a model', () => {
	const graphWith = (...conditions: Array<JsonObject | string>) =>
		graphOf({
			nodes: [
				{ logical_id: 'a', type: 'say_static' },
				...conditions.map((_, index) => ({ logical_id: `d${index}` })),
			],
			edges: conditions.map((condition, index) => conditional('a', `d${index}`, condition)),
		});

	test('each freeform edge is judged by a call of its own, and the first true one is taken', async () => {
		const { ask, asked } = judgeBy({ d0: false, d1: true, d2: true });
		const hop = await chooseHop(request(at(graphWith('zero', 'one', 'two'), 'a'), { ask }));
		expect(where(hop)).toBe('conditional:a-d1');
		expect(hop).toMatchObject({ reason: 'because d1', judgedBy: { model: 'test-model', totalTokens: 15 } });
		expect(asked.map((question) => question.destinationNodeId)).toEqual(['d0', 'd1', 'd2']);
	});

	test('the calls run side by side', async () => {
		let release = (_: boolean) => {};
		const waiting = new Promise<boolean>((resolve) => (release = resolve));
		const { ask, asked } = judgeBy({ d0: waiting, d1: true });
		const chosen = chooseHop(request(at(graphWith('zero', 'one'), 'a'), { ask }));
		await new Promise((resolve) => setImmediate(resolve));
		expect(asked).toHaveLength(2);
		release(false);
		expect(where(await chosen)).toBe('conditional:a-d1');
	});

	test('the answer does not wait for edges behind the true one, whose calls are aborted', async () => {
		const never = new Promise<boolean>(() => undefined);
		const { ask, asked } = judgeBy({ d0: true, d1: never });
		expect(where(await chooseHop(request(at(graphWith('zero', 'one'), 'a'), { ask })))).toBe(
			'conditional:a-d0',
		);
		expect(asked.map((question) => question.signal?.aborted)).toEqual([true, true]);
	});

	test('an aborted selection is an error, not the answer that no exit is true', async () => {
		const stop = new AbortController();
		const never = new Promise<boolean>(() => undefined);
		const chosen = chooseHop(
			request(at(graphWith('zero'), 'a'), { ask: judgeBy({ d0: never }).ask, signal: stop.signal }),
		);
		stop.abort(new Error('stopped'));
		await expect(chosen).rejects.toThrow('stopped');
	});

	test('edges behind a true expression are not judged', async () => {
		const { ask, asked } = judgeBy({ d0: false, d2: true });
		expect(where(await chooseHop(request(at(graphWith('zero', yes, 'two'), 'a'), { ask })))).toBe(
			'conditional:a-d1',
		);
		expect(asked.map((question) => question.destinationNodeId)).toEqual(['d0']);
	});

	test('R3.37b: a faulty expression behind a judged edge counts only when that edge is false', async () => {
		const graph = graphWith('zero', expression('((('));
		expect(where(await chooseHop(request(at(graph, 'a'), { ask: judgeBy({ d0: true }).ask })))).toBe(
			'conditional:a-d0',
		);
		await expect(
			chooseHop(request(at(graph, 'a'), { ask: judgeBy({ d0: false }).ask })),
		).rejects.toMatchObject({ name: 'ExpressionError' });
	});

	test('without a usable model they count as false, with a warning', async () => {
		for (const llmConfig of [() => null, () => ({ ...CONFIG, type: 'no_llm' }) as never]) {
			const position = at(graphWith('zero'), 'a');
			expect(await chooseHop(request(position, { llmConfig }))).toBe(null);
			expect(position.warnings[0]?.message).toContain('none is configured');
		}
	});

	test('R6.10: the result of the node is shown to the judge', async () => {
		const { ask, asked } = judgeBy({ d0: true });
		await chooseHop(request(at(graphWith('zero'), 'a'), { ask, result: { success: false } }));
		expect(asked[0]?.messages[1]?.content).toContain('{"success":false}');
	});

	test('freeform globals are not judged from nodes without a model', async () => {
		const graph = graphOf({
			nodes: [
				{ logical_id: 'a', type: 'no_op' },
				{ logical_id: 'g', ...globally('help') },
			],
		});
		const { ask, asked } = judgeBy({ g: true });
		expect(await chooseHop(request(at(graph, 'a'), { ask }))).toBe(null);
		expect(asked).toEqual([]);
	});
});

describe('R3.22, R3.23: the line of the edge', () => {
	const statics = { static_messages_config: { static_messages: ['Moving on, {{name}}.', 'Next.'] } };
	const dynamics = { dynamic_messages_config: { dynamic_message_prompt: 'Reassure {{name}}.' } };
	const take = (
		condition: JsonObject,
		more: Partial<ChooseRequest> & { picked?: string[]; type?: string } = {},
	) => {
		const { type = 'say_llm', ...rest } = more;
		const graph = graphOf({
			nodes: [{ logical_id: 'a', type }, { logical_id: 'd' }],
			edges: [conditional('a', 'd', condition)],
		});
		const position = at(graph, 'a', { dynamic: { name: 'Ann' } });
		return { position, hop: chooseHop(request(position, rest)) };
	};

	test('a static line is chosen by the caller’s chooser and handed over as it is written', async () => {
		const keys: string[] = [];
		const choose: ChooseRequest['choose'] = (messages, key) => {
			keys.push(key);
			return messages.static_messages[1] ?? null;
		};
		const hop = await take({ ...yes, ...statics }, { choose }).hop;
		expect(hop?.message).toEqual({ type: 'edge_static', text: 'Next.' });
		expect(keys).toEqual(['edge:a-d']);
	});

	test('with both the static one wins and no call is made', async () => {
		const { ask, asked } = judgeBy({});
		const hop = await take({ ...yes, ...statics, ...dynamics }, { ask }).hop;
		expect(hop?.message?.type).toBe('edge_static');
		expect(asked).toEqual([]);
	});

	test('an expression edge generates its line by one extra call, the conversation being data', async () => {
		const asked: Parameters<ChooseRequest['ask']>[0][] = [];
		const ask: ChooseRequest['ask'] = async (question) => {
			asked.push(question);
			return answer({ text: ' All is well. ' });
		};
		const history = [{ role: 'user' as const, content: 'I am afraid.' }];
		const hop = await take({ ...yes, ...dynamics }, { ask, history }).hop;
		expect(hop?.message).toEqual({ type: 'edge_dynamic', text: 'All is well.' });
		expect(asked).toHaveLength(1);
		expect(asked[0]).toMatchObject({ purpose: 'edge_message', tools: [] });
		expect(asked[0]?.messages[0]?.content).toContain('What to say:\nReassure Ann.');
		expect(asked[0]?.messages[1]?.content).toBe('[\n{"speaker":"user","text":"I am afraid."}\n]');
	});

	test.each([
		['the call fails', async () => Promise.reject(modelFailure()), () => CONFIG],
		['no model is configured', async () => answer({ text: 'x' }), () => null],
	])('the hop is made without a line when %s', async (_title, ask, llmConfig) => {
		const { hop, position } = take({ ...yes, ...dynamics }, { ask, llmConfig });
		expect(await hop).toMatchObject({ kind: 'conditional', message: null });
		expect(position.warnings).toHaveLength(1);
	});

	test('the line a judge wrote is used as it is', async () => {
		const ask = judgeBy({
			d: { output: { justification: 'j', condition_met: true, dynamic_message: 'Be well.' } },
		}).ask;
		const hop = await take({ condition_freeform: 'f', ...dynamics }, { ask, type: 'say_static' }).hop;
		expect(hop?.message).toEqual({ type: 'edge_dynamic', text: 'Be well.' });
	});
});
