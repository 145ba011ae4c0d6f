/** Generated conversations, each held against part 2 of the rules as a model of its own (`turn-model.ts`). */

import fc from 'fast-check';
import type { RunStart } from '../../lib/engine/contract';
import { ProviderError } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import type { ModelMessage } from '../../lib/llm/contract';
import { direct, expression, freeform, graphOf, line, noop, say, worker } from './graphs';
import { giving, history, offeredTool } from './tools';
import { createTurnModel, type ModelNode, type ModelTurn } from './turn-model';
import { createWorld, turnInput, type Script, type World } from './world';

const expressions = {
	always: '1 == 1',
	never: '1 == 2',
	go: '[[go]] == true',
	'max turns': '[[max_turns_reached]] == true',
};

function graphOfModel(nodes: readonly ModelNode[]): JsonObject {
	const edges = nodes.flatMap(({ id, direct: next, exits }) => [
		...(next === null ? [] : [direct(id, next)]),
		...exits.map(({ to, when }) =>
			when === 'picked' ? freeform(id, to) : expression(id, to, expressions[when]),
		),
	]);
	return graphOf(
		nodes.map((node, index) => ({ ...drawn(node), is_start: index === 0 })),
		edges,
	);
}

function drawn(node: ModelNode): JsonObject {
	const { id, type, wait, loop, maxTurns, hasTool, isGlobal, hasReverse } = node;
	if (type === 'static') return line(id);
	if (type === 'no_op') return noop(id);
	const more: JsonObject = {
		default_error_message: 'sorry',
		...(maxTurns === null ? {} : { max_turns: maxTurns }),
		...(hasTool ? { tools_config: { tools: [offeredTool('look')] } } : {}),
		...(isGlobal
			? {
					global_node_config: {
						is_global: true,
						condition: { condition_freeform: `wants ${id}` },
						...(hasReverse ? { reverse_conditional_edge: { condition_freeform: 'is done' } } : {}),
					},
				}
			: {}),
	};
	return type === 'say' ? say(id, wait, loop, more) : worker(id, wait, loop, more);
}

/** Answers by the last message of the user and by what it is offered, as the model of the rules supposes. */
const script: Script = ({ messages, tools }) => {
	const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
	if (said === 'fail') return { fail: new ProviderError('LLM_UNAVAILABLE', 'gone') };
	if (said === 'quiet') return {};
	const wanted = /to:(\w+)/.exec(said)?.[1];
	const exit = tools.find(({ name }) => name.startsWith(`Destination_Node_${wanted}_`));
	const pick = exit === undefined ? {} : { pickTool: exit.name };
	const look = tools.some(({ name }) => name === 'look') && said.startsWith('look');
	if (look) return { ...pick, tools: [{ name: 'look', arguments: {} }] };
	return { ...pick, ...(exit === undefined || said.endsWith('!') ? { text: 'ok' } : {}) };
};

/** A message as the model of the rules writes it. */
function asWritten({ role, content, ...message }: ModelMessage): string {
	if (role === 'user') return `human:${content}`;
	if (role === 'tool') return 'result';
	if ('toolCalls' in message && message.toolCalls.length > 0) return 'call';
	const memo = /^\[internal note.*"(\w+)" handed over to "(\w+)" over a ((?:\w+ )?\w+)/.exec(content);
	if (memo === null) return `ai:${content}`;
	const kinds: Record<string, string> = {
		'direct edge': 'direct',
		'conditional edge': 'conditional',
		'global condition': 'global',
		'return edge': 'reverse',
	};
	return `memo:${kinds[memo[3] ?? ''] ?? '?'}:${memo[1]}>${memo[2]}`;
}

function historyOf(world: World): string[] {
	return history(world).map(({ type, content, toolCalls, memo }) => {
		if (memo) return `memo:${memo.edgeType}:${memo.fromNodeId}>${memo.toNodeId}`;
		if (type === 'tool') return 'result';
		return (toolCalls?.length ?? 0) > 0 ? 'call' : `${type}:${content}`;
	});
}

const runs = (usual: number) => usual * Number(process.env['FUZZ_RUNS'] ?? 1);
const ids = ['A', 'B', 'C', 'D', 'E'];
const id = fc.constantFrom(...ids);
const conditions = fc.constantFrom(
	'always',
	'never',
	'never',
	'go',
	'max turns',
	'picked',
	'picked',
	'picked',
);
const isMostly = (odds: number) => fc.nat(odds).map((drawn) => drawn === 0);
const shapes = fc.constantFrom<Array<Pick<ModelNode, 'wait' | 'loop'>>[number]>(
	{ wait: true, loop: true },
	{ wait: true, loop: false },
	{ wait: false, loop: false },
);
const shared = {
	shape: shapes,
	type: fc.constantFrom<Array<ModelNode['type']>[number]>('say', 'say', 'say', 'worker', 'static', 'no_op'),
	maxTurns: fc.option(fc.integer({ min: 1, max: 2 }), { freq: 3 }),
	hasTool: isMostly(2),
	isGlobal: isMostly(4),
	hasReverse: fc.boolean(),
	direct: fc.option(id, { freq: 2 }),
	exits: fc.array(fc.record({ to: id, when: conditions }), { maxLength: 3 }),
};
const nodes = fc.array(fc.record(shared), { minLength: 5, maxLength: 5 }).map((drawnNodes): ModelNode[] =>
	drawnNodes.map(({ shape, ...node }, index) => {
		const isLlm = node.type === 'say' || node.type === 'worker';
		return {
			...node,
			...shape,
			id: ids[index] ?? '',
			maxTurns: node.type === 'say' ? node.maxTurns : null,
			isGlobal: node.isGlobal && isLlm,
			// Only LLM nodes carry their freeform exits in their own call.
			exits: node.exits.filter(({ when }) => isLlm || when !== 'picked'),
		};
	}),
);
const message = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom('hi', ' ', 'quiet', 'fail', 'look') },
	{ weight: 4, arbitrary: id.map((to) => `to:${to}`) },
	{ weight: 2, arbitrary: id.map((to) => `to:${to}!`) },
	{ weight: 1, arbitrary: id.map((to) => `look to:${to}`) },
);
const turns: fc.Arbitrary<ModelTurn[]> = fc.array(
	fc.record({ message: fc.option(message, { freq: 5 }), go: isMostly(5), cut: isMostly(4) }),
	{ minLength: 1, maxLength: 7 },
);

const beginning: RunStart = {
	runId: 'workflow_run_1',
	workflowId: null,
	versionNumber: null,
	versionName: null,
	seed: 'seed',
	runBy: null,
	welcomeMessage: null,
	startNodeId: null,
	provided: {},
	miscellaneous: {},
	source: null,
};

async function play(
	graph: readonly ModelNode[],
	list: readonly ModelTurn[],
	welcome: string | null,
): Promise<void> {
	const model = createTurnModel(graph, welcome);
	const world = createWorld({ graph: graphOfModel(graph), script, tools: giving('found') });
	for (const [number, turn] of list.entries()) {
		const from = world.log.length;
		const asked = world.requests.length;
		const last = world.wire.findLast(({ type }) => type === 'assistant_response');
		const input = turnInput(turn.message ?? undefined, {
			runtimeVariables: turn.go ? { go: true } : {},
			interruptedEventIds: turn.cut && last ? [last.logical_id] : [],
		});
		const begin = { ...beginning, welcomeMessage: welcome };
		await world.send({ type: 'turn', input, ...(number === 0 ? { begin } : {}) });
		const expected = model.turn(turn);
		expect({
			trace: world.trace(from),
			status: world.state.status,
			calls: world.requests.slice(asked).map(({ messages }) => messages.slice(1).map(asWritten)),
			history: historyOf(world),
		}).toEqual(expected);
		if (expected.status !== 'waiting_for_user_input') return;
	}
}

describe('turns as ruled', () => {
	test('R2.1–R2.51, R3.1–R3.11, R3.38–R3.42, R3.51–R3.56: traces, histories and what models read', async () => {
		await fc.assert(fc.asyncProperty(nodes, turns, fc.option(fc.constant('Welcome.')), play), {
			numRuns: runs(120),
		});
	});
});
