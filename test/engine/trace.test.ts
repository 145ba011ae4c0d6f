/** The stack trace of a failed run: where the code was, and nothing of what was said, sent or stored (R9.9). */

import { homedir } from 'node:os';
import { GraphError, ProviderError } from '../../lib/errors';
import { traceOf } from '../../lib/engine/trace';
import { direct, graphOf, noop, say, start } from './graphs';
import { createWorld } from './world';

const traceIn = (world: ReturnType<typeof createWorld>) =>
	world.wire.find((event) => event.type === 'workflow_error')?.['stack_trace'];

/** A bug whose message quotes a patient over lines that look like frames. */
function bug(): TypeError {
	return new TypeError('Jane Doe has a migraine\n    at Jane Doe (lib/secret/jane.ts:1:2)\nsk-123456');
}

test('R9.9: a bug tells where the code was, without its message and without paths of the machine', async () => {
	const world = createWorld({
		graph: graphOf([say('A', true, true, start)]),
		script: () => ({ fail: bug() }),
	});
	await world.start('I am Jane Doe');
	const trace = String(traceIn(world));
	expect(trace).toMatch(/^TypeError\n {4}at /);
	expect(trace).toMatch(/\n {4}at .*lib\/engine\/execute\.ts:\d+:\d+/);
	expect(trace).not.toMatch(/Jane|migraine|sk-|secret/);
	for (const path of [process.cwd(), homedir()]) expect(trace).not.toContain(path);
	expect(trace).not.toMatch(/[( ](\/|[A-Z]:|file:)/);
});

test('R9.9, R9.53: it is kept with the run and told again as it was', async () => {
	const world = createWorld({
		graph: graphOf([{ type: 'tool_node', logical_id: 't', name: 't', ...start }]),
	});
	await world.start();
	expect(traceIn(world)).toMatch(/^\w+Error \[TOOL_MISSING\]\n {4}at /);
	const ends = world.log.filter((event) => event.type === 'runEnded');
	expect(ends).toEqual([expect.objectContaining({ trace: traceIn(world) })]);
});

test('R9.9: what nothing was thrown for, and the loop protection, have none', async () => {
	const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
	await world.start();
	await world.send({ type: 'abandon', source: 'stale_run_reaper', message: 'The run did not move.' });
	expect(traceIn(world)).toBeNull();
	expect(traceOf('a text')).toBeNull();
	const looping = createWorld({ graph: graphOf([noop('A', start)], [direct('A', 'A')]) });
	await looping.start();
	expect([looping.state.status, traceIn(looping)]).toEqual(['aborted_looping_risk', null]);
});

test('R9.9, R1.4: a driver that unwinds brings the error that unwound it', async () => {
	const world = createWorld({ graph: graphOf([say('A', true, true, start)]) });
	await world.start();
	await world.send({ type: 'abandon', source: 'finally_safety_net', message: 'a bug', error: bug() });
	expect(traceIn(world)).toMatch(/^TypeError(\n {4}at |$)/);
});

test('causes follow with their codes, names of errors are not trusted, and the depth is bounded', () => {
	const inner = new ProviderError('LLM_UNAVAILABLE', 'sk-1');
	const middle = Object.assign(new Error('x', { cause: inner }), { name: 'Jane Doe', code: 'jane doe' });
	const trace = traceOf(new GraphError('BROKEN', 'y', { cause: middle })) ?? '';
	expect(trace.split('\n').filter((line) => !line.startsWith('    at '))).toEqual([
		'GraphError [BROKEN]',
		'caused by Error',
		'caused by ProviderError [LLM_UNAVAILABLE]',
	]);
	const circle = new Error('c');
	circle.cause = circle;
	expect(
		traceOf(circle)
			?.split('\n')
			.filter((line) => line.includes('Error')),
	).toHaveLength(4);
});

test.each([
	[
		'/srv/jane/.n8n/nodes/node_modules/n8n-nodes-interactly/dist/lib/engine/step.js:3:4',
		'n8n-nodes-interactly/dist/lib/engine/step.js:3:4',
	],
	['/x/node_modules/.pnpm/ajv@8/node_modules/ajv/dist/a.js:1:2', 'ajv/dist/a.js:1:2'],
	['D:\\clinic\\app\\lib\\engine\\step.js:3:4', 'lib/engine/step.js:3:4'],
	['file:///srv/clinic/dist/nodes/host.js:3:4', 'nodes/host.js:3:4'],
	['node:internal/process/task_queues:105:5', 'node:internal/process/task_queues:105:5'],
	['/srv/jane/report.js:1:2', null],
	['eval at f (/srv/jane/x.js:1:2), <anonymous>:1:1', null],
	['index 0', null],
])('R9.9: of the place %s only what lies inside of a package is told', (location, told) => {
	const error = new Error('m');
	error.stack = `Error: m\n    at async Thing.do [as act] (${location})`;
	expect(traceOf(error)).toBe(told === null ? 'Error' : `Error\n    at async Thing.do [as act] (${told})`);
	error.stack = `Error: m\n    at ${location}`;
	expect(traceOf(error)).toBe(told === null ? 'Error' : `Error\n    at ${told}`);
	error.stack = `Error: another\n    at ${location}`;
	expect(traceOf(error)).toBe('Error');
});
