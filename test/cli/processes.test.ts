/** The command as a process: signals, closed pipes, kill -9, two processes on one run, both databases. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../lib/json';
import { direct, graphOf, line, say, start as isStart } from '../engine/graphs';
import { startPostgres, type PostgresServer } from '../postgres/server';
import { openCountingServer, openHeldModel, type CountingServer, type HeldModel } from './held-model';
import { endAll, saidIn, start } from './process';

const folder = mkdtempSync(join(tmpdir(), 'interactly-commands-'));
let postgres: PostgresServer;
let model: HeldModel;
let counting: CountingServer;
beforeAll(async () => {
	[postgres, model, counting] = await Promise.all([
		startPostgres(),
		openHeldModel(),
		openCountingServer(() => 10),
	]);
}, 60_000);
afterAll(async () => {
	await Promise.all([postgres.stop(), model.close(), counting.close()]);
	rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
	model.hold(false);
	endAll();
});

const file = (name: string, content: Json) => {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify(content));
	return path;
};
/** A model that answers over chat completions. */
const MODEL = { llms_config: { type: 'openai_llm', model: 'gpt-4.1' } };
const talking = file(
	'talking.json',
	graphOf([line('hi', 'Hi.', isStart), say('chat', true, true)], [direct('hi', 'chat')], MODEL),
);

/** A place of its own for each test, by the kind of store. */
const places: Record<string, (name: string) => string> = {
	sqlite: (name) => join(folder, `${name}.sqlite`),
	postgres: (name) => `${postgres.url()}?schema=${name}`,
};
const kept = (place: string, ...more: string[]) =>
	start(['chat', '--json', '--store', place, '--allow-private', '127.0.0.1', ...more], {
		...model.env,
		// The key of a Postgres store is kept in the home folder.
		HOME: folder,
	});
const eventIdsIn = (lines: readonly Json[]) =>
	lines
		.filter(isJsonObject)
		.filter(({ type }) => type !== 'turn')
		.map(({ logical_id: id }) => id);

describe('signals', () => {
	it.each([
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const)(
		'%s while a line is waited for ends the command at once, exit code %i',
		async (signal, code) => {
			const command = start(['chat', talking, '--json'], model.env);
			await command.turn({ message: null });
			command.process.kill(signal);
			expect(await command.ended).toBe(code);
		},
		30_000,
	);

	it.each([
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const)(
		'R9.52: %s in mid-turn closes the turn with the reason, and the run goes on with what it lacks',
		async (signal, code) => {
			const place = places.sqlite?.(signal) ?? '';
			const command = kept(place, talking);
			const runId = String((await command.turn({ message: null }))?.run_id);
			const before = model.asked.length;
			model.hold(true);
			const closing = command.turn({ message: 'the first' });
			await model.untilAsked(before + 1);
			command.process.kill(signal);
			expect(await closing).toMatchObject({
				run_id: runId,
				status: 'running',
				is_waiting_for_input: false,
				error: { code: 'INTERRUPTED', message: expect.stringContaining(signal), advice: expect.any(String) },
			});
			expect(await command.ended).toBe(code);
			model.hold(false);

			const again = kept(place, '--run', runId);
			expect(await again.turn({ message: 'the second' })).toMatchObject({ run_id: runId, turn_number: 3 });
			expect(saidIn(again.lines)).toEqual(['re: the first', 're: the second']);
			expect(await again.end()).toBe(0);
		},
		30_000,
	);

	it('a person who ends the talk is told how it goes on', async () => {
		const command = start(['chat', talking, '--store', join(folder, 'person.sqlite')], model.env);
		await command.until(() => command.lines.length > 0);
		command.process.kill('SIGTERM');
		expect(await command.ended).toBe(143);
		expect(command.err).toMatch(/--run workflow_run_\S+ continues it/);
	}, 30_000);
});

describe('pipes that close', () => {
	it('the end of the input in mid-turn: the turn is finished and closed first', async () => {
		const command = start(['chat', talking, '--json'], model.env);
		await command.turn({ message: null });
		command.process.stdin.end('{"message":"last"}');
		expect(await command.ended).toBe(0);
		expect(command.turns()[1]).toMatchObject({ turn_number: 2, is_waiting_for_input: true });
	}, 30_000);

	it('an output that nobody reads any more ends the command, and the run goes on elsewhere', async () => {
		const place = places.sqlite?.('unread') ?? '';
		const command = kept(place, talking);
		const runId = String((await command.turn({ message: null }))?.run_id);
		const before = model.asked.length;
		model.hold(true);
		command.process.stdin.write('{"message":"unread"}\n');
		await model.untilAsked(before + 1);
		command.process.stdout.destroy();
		model.hold(false);
		expect(await command.ended).toBe(0);
		const again = kept(place, '--run', runId);
		await again.turn({ message: 'read' });
		expect(saidIn(again.lines)).toContain('re: read');
		await again.end();
	}, 30_000);

	it('complaints that nobody reads do not end the talk', async () => {
		const command = start(['chat', talking], model.env);
		command.process.stderr.destroy();
		await command.until(() => command.lines.includes('bot> Hi.'));
		command.process.stdin.end('/path\nhello\n/path\n');
		expect(await command.ended).toBe(0);
		expect(command.lines).toEqual(['bot> Hi.', 'bot> re: hello']);
	}, 30_000);
});

describe.each(Object.keys(places))('%s', (kind) => {
	const place = (name: string) => places[kind]?.(name) ?? '';

	it('keeps a run from process to process', async () => {
		const first = kept(place('kept'), talking);
		const closing = await first.turn({ message: null });
		expect(await first.end()).toBe(0);
		expect(first.err).toContain(`--run ${String(closing?.run_id)} continues it`);
		const second = kept(place('kept'), '--run', String(closing?.run_id));
		expect(await second.turn({ message: 'hello' })).toEqual({
			type: 'turn',
			run_id: closing?.run_id,
			turn_number: 2,
			status: 'waiting_for_user_input',
			is_waiting_for_input: true,
			is_completed: false,
			has_background_work: false,
		});
		expect(await second.end()).toBe(0);
		const none = kept(place('kept'), '--run', 'workflow_run_none');
		expect(await none.end()).toBe(2);
		expect(none.err).toContain('RUN_UNKNOWN');
	}, 30_000);

	it('R1.39: messages of two processes to one run become turns in order, and none is lost', async () => {
		const first = kept(place('shared'), talking);
		const runId = String((await first.turn({ message: null }))?.run_id);
		const both = [first, kept(place('shared'), '--run', runId)];
		const numbers = await Promise.all(
			both.map(async (command, process) => {
				const taken: unknown[] = [];
				for (const turn of [1, 2, 3]) {
					taken.push((await command.turn({ message: `${process}-${turn}` }))?.turn_number);
				}
				await command.end();
				return taken as number[];
			}),
		);
		expect(numbers.flat().sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7]);
		for (const command of both) expect(saidIn(command.lines)).toHaveLength(command === first ? 4 : 3);
	}, 60_000);

	it('kill -9 in the first turn: the run was told before, and goes on', async () => {
		const greeting = file(
			'greeting.json',
			graphOf([line('hi', 'Hi.', isStart), say('chat', false, false)], [direct('hi', 'chat')], MODEL),
		);
		const before = model.asked.length;
		model.hold(true);
		const command = kept(place('first'), greeting);
		command.process.stdin.write('{"message":null}\n');
		await model.untilAsked(before + 1);
		await command.until(() => command.err.includes('\n'));
		command.process.kill('SIGKILL');
		await command.ended;
		model.hold(false);
		const runId = /--run (\S+) continues/.exec(command.err)?.[1] ?? 'none';
		const again = kept(place('first'), '--run', runId);
		expect(await again.turn({ message: null, command: 'pump' })).toMatchObject({ status: 'completed' });
		expect(saidIn([...command.lines, ...again.lines])).toEqual(['Hi.', 're: ']);
		const ids = eventIdsIn([...command.lines, ...again.lines]);
		expect(ids).toEqual([...new Set(ids)]);
		await again.end();
	}, 30_000);

	it('R9.52: killed again and again while it writes outside: no write twice, no message lost', async () => {
		const graph = file('writing.json', writingGraph(counting.url));
		const from = counting.hits.length;
		const first = kept(place('killed'), graph);
		const runId = String((await first.turn({ message: null }))?.run_id);
		await first.end();
		const delivered: string[] = [];
		for (const [round, hits] of [1, 2, 3, 4].entries()) {
			const command = kept(place('killed'), '--run', runId);
			const seen = counting.hits.length;
			command.process.stdin.write(`${JSON.stringify({ message: `m${round}` })}\n`);
			await Promise.race([counting.untilHit(seen + hits), command.until(() => command.turns().length > 0)]);
			command.process.kill('SIGKILL');
			await command.ended;
			if (counting.hits.slice(seen).some((hit) => hit.includes(`m${round}&`))) delivered.push(`m${round}`);
		}
		const last = kept(place('killed'), '--run', runId);
		const closing = await last.turn({ message: 'last' });
		expect(closing).toMatchObject({ run_id: runId, status: 'waiting_for_user_input' });
		expect(closing).not.toHaveProperty('error');
		expect(saidIn(last.lines)).toContain('re: last');
		await last.end();

		const hits = counting.hits.slice(from);
		const notes = hits.filter((hit) => hit.startsWith('POST /note'));
		expect(notes).toEqual([...new Set(notes)]);
		// Each turn files at most once, however often it was taken up.
		const taken = Number(closing?.turn_number) - 1;
		for (const path of ['POST /post', 'POST /file']) {
			expect(hits.filter((hit) => hit.startsWith(path)).length).toBeLessThanOrEqual(taken);
		}
		expect(delivered.length).toBeGreaterThan(0);
		const asked = JSON.stringify(model.asked.at(-1)?.messages);
		for (const message of delivered) expect(asked).toContain(`"${message}"`);
	}, 120_000);
});

/** Every turn: the model's tool writes, an HTTP node writes, another reads, a tool node writes. */
function writingGraph(url: string): JsonObject {
	const tool = (name: string): JsonObject => ({
		type: 'external_api',
		tool_id: name,
		name,
		args_schema: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
		api_endpoint: `${url}/${name}?key={key}&turn=[[workflow_invoke_count]]`,
		api_method: 'POST',
		api_body: { key: '{key}' },
		result_runtime_variable_name: name,
	});
	const call = (id: string, method: string): JsonObject => ({
		type: 'http_request',
		logical_id: id,
		name: id,
		method,
		url: `${url}/${id}?turn=[[workflow_invoke_count]]`,
	});
	return graphOf(
		[
			line('hi', 'Hi.', isStart),
			say('chat', true, false, { tools_config: { tools: [tool('note')] } }),
			call('post', 'POST'),
			call('get', 'GET'),
			{
				type: 'tool_node',
				logical_id: 'record',
				name: 'record',
				tool_config: tool('file'),
				tool_arguments: { key: 'fixed' },
			},
		],
		[
			direct('hi', 'chat'),
			direct('chat', 'post'),
			direct('post', 'get'),
			direct('get', 'record'),
			direct('record', 'chat'),
		],
		MODEL,
	);
}
