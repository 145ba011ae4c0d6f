/** The evaluator: the run as text, one call or one a turn, and what is kept of the answers. */

import { CUT_MARK, cutFront, isRunRecord, MAX_RUN_CHARACTERS, runText } from '../../lib/behavior/run-text';
import { RUN_HEADING, workflowRunEvaluator } from '../../lib/behavior/workflow-run-evaluator';
import type { WorkflowRunEvaluatorNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { fakeStep, modelFailure, user, type FakeOptions } from './fake-step';

const run1: JsonObject = {
	workflow_run_id: 'r1',
	input_output_pairs: [
		{
			run_output: {
				events: [
					{ type: 'user_messages', messages: [{ type: 'human', content: 'My head hurts.' }] },
					{ type: 'start_node_run', origin_node_name: 'Triage' },
					{ type: 'say_llm', message: { content: 'not shown twice' } },
					{ type: 'assistant_response', content: 'Since when?' },
					{
						type: 'workflow_show_state',
						runtime_variables: { pain: 'head', 'Triage.pain': 'head', _evaluated_dynamic_variables: {} },
					},
				],
			},
		},
		{
			run_output: {
				events: [
					{
						type: 'conditional_edge',
						edge_name: 'urgent',
						destination_node_name: 'Nurse',
						reason: 'Severe pain.',
					},
					{ type: 'direct_edge', destination_node_name: 'End' },
					{ type: 'assistant_response', content: 'A nurse will call.' },
					'not an event',
				],
			},
		},
	],
};

const wholeText = `Turn 1
User: My head hurts.
[node Triage]
Assistant: Since when?
Variables at the end: {"pain":"head"}

Turn 2
[conditional_edge "urgent" to Nurse: Severe pain.]
[direct_edge to End]
Assistant: A nurse will call.`;

const schema: JsonObject = { type: 'object', properties: { score: { type: 'number' } } };

async function run(node: JsonObject, more: Omit<FakeOptions, 'node'> = {}) {
	const made = fakeStep<WorkflowRunEvaluatorNode>({
		variables: { workflow_run_object: run1 },
		history: [user('never sent')],
		...more,
		node: { type: 'workflow_run_evaluator', main_response_config: { prompt: 'Judge it.' }, ...node },
	});
	return { ...made, outcome: await workflowRunEvaluator.execute(made.step) };
}

test('R7.6.2: the call holds the prompt and the run as a transcript with nodes, edges and variables', async () => {
	const { did } = await run({ structured_output_schema: schema }, { replies: [{ output: { score: 4 } }] });
	expect(did.calls).toHaveLength(1);
	expect(did.calls[0]?.purpose).toBe('evaluator');
	expect(did.calls[0]?.messages).toEqual([
		{ role: 'system', content: 'Judge it.' },
		user(`${RUN_HEADING}\n\n${wholeText}`),
	]);
});

test('R7.6.4, R7.6.5: with a schema the object is output and variable; fields become no variables of their own', async () => {
	const { did, outcome } = await run(
		{ structured_output_schema: schema, output_runtime_variable_name: 'verdict' },
		{ replies: [{ output: { score: 4 } }] },
	);
	expect(outcome.output).toEqual({ structured_output: { score: 4 }, free_form_output: null });
	expect(did.writes).toEqual([{ name: 'verdict', value: { score: 4 } }]);
});

test('R7.6.5: without a schema the text is; the default name is the same in every run of the graph', async () => {
	const first = await run({}, { replies: [{ text: 'Well done.' }] });
	const second = await run({}, { replies: [{ text: 'Well done.' }] });
	const [name = ''] = first.did.writes.map((write) => write.name);
	expect(name).toMatch(/^evaluator_output_[0-9a-f]{32}$/);
	expect(second.did.writes).toEqual([{ name, value: 'Well done.' }]);
	expect(first.outcome.output).toEqual({ structured_output: {}, free_form_output: 'Well done.' });
});

test('R7.7.3: a run that was fetched as JSON text is read', async () => {
	const { did } = await run(
		{},
		{ variables: { workflow_run_object: JSON.stringify(run1) }, replies: [{ text: 'x' }] },
	);
	expect(did.calls[0]?.messages[1]?.content).toContain('A nurse will call.');
});

test('R7.6.3: turn by turn there is one call per turn, with the turns before as context, and a list in turn order', async () => {
	const { did, outcome } = await run(
		{ structured_output_schema: schema, is_turn_by_turn_evaluator: true, output_runtime_variable_name: 'v' },
		{ replies: [{ output: { score: 1 } }, { output: { score: 2 } }] },
	);
	expect(did.calls).toHaveLength(2);
	const [first, second] = did.calls.map((call) => call.messages[1]?.content ?? '');
	expect(first).not.toContain('Turn 2');
	expect(first).toContain('Evaluate turn 1 alone');
	expect(second).toContain(wholeText);
	expect(second).toContain('Evaluate turn 2 alone');
	expect(did.variables['v']).toEqual([{ score: 1 }, { score: 2 }]);
	expect(outcome.output).toEqual({ structured_output: [{ score: 1 }, { score: 2 }], free_form_output: null });
});

test.each<[string, JsonObject]>([
	['absent', {}],
	['null', { workflow_run_object: null }],
	['no run', { workflow_run_object: { x: 1 } }],
	['a text that is no run', { workflow_run_object: 'hello' }],
])('R7.6.7: a variable that is %s ends the run with advice', async (_title, variables) => {
	await expect(run({}, { variables })).rejects.toMatchObject({
		code: 'RUN_OBJECT_MISSING',
		advice: expect.any(String),
	});
});

test('R2.50: a failed call ends the run, even when the file names an error message', async () => {
	await expect(run({ default_error_message: 'Sorry.' }, { replies: [modelFailure()] })).rejects.toMatchObject(
		{ code: 'LLM_FAILED' },
	);
});

test('R7.6.2: a run too long for a model loses its front', () => {
	const long = 'x'.repeat(MAX_RUN_CHARACTERS + 10) + 'the end';
	const cut = cutFront(long);
	expect(cut).toHaveLength(MAX_RUN_CHARACTERS);
	expect(cut.startsWith(CUT_MARK)).toBe(true);
	expect(cut.endsWith('the end')).toBe(true);
	expect(cutFront('short')).toBe('short');
});

test('a run without turns is an empty text', () => {
	expect(runText({ input_output_pairs: [] })).toBe('');
	expect(isRunRecord({ input_output_pairs: 'no' })).toBe(false);
});
