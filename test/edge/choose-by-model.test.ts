/** Choosing where a model is asked after the execution: judged exits, and lines that edges say. */

import { chooseHop, type ChooseRequest } from '../../lib/edge/choose';
import type { JsonObject } from '../../lib/json';
import { answer, modelFailure } from '../behavior/fake-step';
import { request, where, yes } from './choosing';
import { at, CONFIG, conditional, expression, globally, graphOf, judgeBy } from './position';

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
		const history = () => [{ role: 'user' as const, content: 'I am afraid.' }];
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
