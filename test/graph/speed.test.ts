/** Reading and checking grow with the file; ratios taken side by side, never times. */

import type { JsonObject } from '../../lib/json';
import { parseDocument } from '../../lib/graph/parse';
import { checkGraph } from '../../lib/graph/rules';

function exported(nodeCount: number): string {
	const node_configs = Array.from({ length: nodeCount }, (_, index): JsonObject => ({
		logical_id: `node_${index}`,
		name: `Node ${index}`,
		description: 'Collects what the caller needs and repeats it',
		workflow_id: null,
		version_number: 0,
		disabled: false,
		miscellaneous: {},
		is_start: index === 0,
		global_node_config: null,
		self_loop_config: null,
		main_response_config: {
			prompt: `You talk for {{clinic}}. ${'Ask one thing at a time and wait. '.repeat(12)}`,
		},
		llms_config: {
			logical_id: `llm_${index}`,
			provider: 'openai',
			streaming: false,
			max_retries: 3,
			temperature: 0.5,
			model_kwargs: {},
			api_key: null,
			model: 'gpt-5.4-nano',
			type: 'openai_llm',
			reasoning_effort: 'low',
		},
		tools_config: null,
		self_loop: false,
		wait_for_user_message: true,
		max_consecutive_tool_calls: 1,
		default_error_message: 'Could you say that again?',
		type: 'say_llm',
		structured_output_schema: null,
	}));
	const edge_configs = node_configs.map((_, index): JsonObject => ({
		logical_id: `edge_${index}`,
		name: null,
		disabled: false,
		miscellaneous: {},
		source_node_logical_id: `node_${index}`,
		destination_node_logical_id: `node_${(index + 1) % nodeCount}`,
		type: 'conditional',
		condition: {
			condition_freeform: null,
			condition_expression: 'isPresent([[drug]]) AND [[count]] > 2',
			args_schema: null,
		},
		evaluate_while_waiting_config: null,
	}));
	return JSON.stringify({
		workflow_config: { name: 'Line' },
		node_configs,
		edge_configs,
		dynamic_variables: {},
		runtime_variables: {},
	});
}

/** The least time of several rounds in milliseconds: the round that other processes disturbed least. */
function leastMs(rounds: number, act: () => unknown): number {
	let least = Infinity;
	for (let round = 0; round < rounds; round++) {
		const begin = performance.now();
		act();
		least = Math.min(least, performance.now() - begin);
	}
	return least;
}

function readAndCheck(text: string): void {
	const { graph } = parseDocument(text);
	if (graph === null) throw new Error('the generated graph was refused');
	checkGraph(graph, { purpose: 'run' });
}

test('ten times the nodes cost about ten times as much: far from the hundred of a quadratic reader', () => {
	const [small, large] = [exported(300), exported(3000)];
	readAndCheck(large);
	const parseLarge = leastMs(5, () => JSON.parse(large) as unknown);
	const readLarge = leastMs(4, () => readAndCheck(large));
	const readSmall = leastMs(10, () => readAndCheck(small));
	// On a quiet machine 10 and 8; the bounds leave room for a busy one.
	expect(readLarge / readSmall).toBeLessThan(35);
	expect(readLarge / parseLarge).toBeLessThan(100);
});
