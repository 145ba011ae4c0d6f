/** Runs that between them show every event of the catalogue. */

import { ProviderError } from '../../lib/errors';
import type { JsonObject } from '../../lib/json';
import {
	companion,
	direct,
	expression,
	fork,
	freeform,
	graphOf,
	line,
	noop,
	say,
	start,
	worker,
} from './graphs';
import { createWorld, turnInput, type World } from './world';

/** Answers everything with an empty object. */
export const okServer = {
	send: () => Promise.resolve({ status: 200, headers: {}, body: new TextEncoder().encode('{}') }),
};
export const poll: JsonObject = {
	type: 'http_request',
	logical_id: 'poll',
	name: 'poll',
	url: 'https://lab.example/',
	self_loop_config: { enabled: true, max_retries: 1, time_between_retries: 1 },
};

/** Everything that happens while parked: a companion, its bounds, a waiting edge that matches late. */
export async function background(): Promise<World> {
	const world = createWorld({
		graph: graphOf(
			[noop('entry', start), say('chat', true, true), poll, line('tell')],
			[
				direct('entry', 'chat'),
				fork('entry', 'poll', 'lab'),
				expression('chat', 'tell', "[[thread_lab.self_loop_outcome]] == 'max_retries'", {
					evaluate_while_waiting_config: { enabled: true, trigger_node_logical_ids: ['poll'] },
				}),
			],
		),
		http: okServer,
	});
	await world.start();
	await world.send({ type: 'pump' });
	await world.clock.move(1000);
	await world.send({ type: 'pump' });
	return world;
}

/** Globals judged beside the main call, and the way back. */
export async function globals(): Promise<World> {
	const world = createWorld({
		graph: graphOf(
			[
				say('A', true, true, start),
				say('SOS', true, false, {
					global_node_config: {
						is_global: true,
						condition: { condition_freeform: 'an emergency' },
						global_condition_edge_evaluation_method: 'independent_llm_evaluations',
						reverse_conditional_edge: { condition_freeform: 'calm' },
					},
				}),
			],
			[],
			{ miscellaneous: { debug_mode: 'true' } },
		),
		script: (request) => {
			if (request.output)
				return {
					output: {
						justification: 'j',
						condition_met: request.messages.at(-1)?.content.includes('fire') ?? false,
					},
				};
			const back = request.tools.find((tool) => tool.name.startsWith('Destination_Node_A_'));
			return back && request.messages.at(-1)?.content === 'calm' ? { pickTool: back.name } : { text: 'yes' };
		},
	});
	await world.start();
	await world.say('fire');
	await world.say('calm');
	return world;
}

/** One node of every type that reports something of its own. */
export async function services(): Promise<World> {
	const world = createWorld({
		graph: graphOf(
			[
				{ type: 'start_conversation', logical_id: 'begin', name: 'begin', ...start },
				{ ...poll, self_loop_config: null },
				{
					type: 'send_sms',
					logical_id: 'sms',
					name: 'sms',
					destination_phone_number: '+14155550100',
					message: 'hi',
				},
				{ type: 'athena_patients_search', logical_id: 'ehr', name: 'ehr' },
				worker('W', false, false),
				{ type: 'end_conversation', logical_id: 'end', name: 'end' },
			],
			[
				direct('begin', 'poll'),
				direct('poll', 'sms'),
				direct('sms', 'ehr'),
				direct('ehr', 'W'),
				direct('W', 'end'),
				companion('begin', 'W2'),
			],
		),
		http: okServer,
	});
	await world.start();
	return world;
}

/** A pause, a start override, a guardrail escalation, an expiry, an error. */
export async function interventions(): Promise<World[]> {
	const paused = createWorld({
		graph: graphOf(
			[noop('A'), say('B', true, true, start), worker('C', false, false)],
			[companion('A', 'C'), direct('A', 'B')],
		),
	});
	const begun = {
		type: 'turn',
		input: turnInput(),
		begin: {
			runId: 'r',
			workflowId: null,
			versionNumber: null,
			versionName: null,
			seed: 's',
			runBy: null,
			welcomeMessage: null,
			startNodeId: 'A',
			provided: {},
			miscellaneous: {},
			source: null,
		},
	} as const;
	await paused.send(begun);
	await paused.send({ type: 'pause' });

	const guarded = createWorld({
		graph: graphOf([noop('A', start), line('G', 'no', { is_guardrail_node: true })], [direct('A', 'G')], {
			guardrail_strikes_config: { max_guardrail_nodes_before_escalation: 1, escalation_message: 'Goodbye.' },
		}),
	});
	await guarded.start();

	const expiring = createWorld({
		graph: graphOf([
			worker('P', false, false, { ...start, self_loop_config: { enabled: true, expiry_time: 5 } }),
		]),
		script: () => ({ text: 'slow', delayMs: 60_000 }),
	});
	const turn = expiring.start();
	await expiring.clock.move(5000);
	await turn;

	const failing = createWorld({
		graph: graphOf([say('A', true, true, { ...start, default_error_message: null })]),
		script: () => ({ fail: new ProviderError('LLM_UNAVAILABLE', 'gone') }),
	});
	await failing.start('hi');

	const judged = createWorld({
		graph: graphOf([say('A', true, true, start), line('B')], [freeform('A', 'B')]),
		script: () => ({ text: 'ok', pick: 'B' }),
	});
	await judged.start('hi');
	return [paused, guarded, expiring, failing, judged];
}
