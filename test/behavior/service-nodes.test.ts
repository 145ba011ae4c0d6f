/** Nodes that need a service outside: text messages, calls, fetched runs, and services that are absent. */

import { athena } from '../../lib/behavior/athena';
import type { Services } from '../../lib/behavior/contract';
import { googleDocs } from '../../lib/behavior/google-docs';
import { sendSms } from '../../lib/behavior/send-sms';
import { MAX_CALL_WAIT_MS, startConversation } from '../../lib/behavior/start-conversation';
import { workflowRunFetch } from '../../lib/behavior/workflow-run-fetch';
import { EffectError } from '../../lib/errors';
import type { SendSmsNode, StartConversationNode, WorkflowRunFetchNode } from '../../lib/graph/node';
import type { JsonObject } from '../../lib/json';
import { fakeStep, type FakeOptions } from './fake-step';

type More = Omit<FakeOptions, 'node'>;

describe('R7.12: send_sms', () => {
	const sent: unknown[] = [];
	const services: Services = {
		sendSms: async ({ to, text, provider }) => {
			sent.push({ to, text, provider });
			return 'id-1';
		},
	};
	const run = async (node: JsonObject = {}, more: More = {}) => {
		sent.length = 0;
		const { step, did } = fakeStep<SendSmsNode>({
			services,
			...more,
			node: { type: 'send_sms', destination_phone_number: '[[phone]]', message: 'Hello {{name}}.', ...node },
			variables: { phone: '+1 (415) 555-0100' },
			dynamic: { name: 'Ann' },
		});
		const outcome = await sendSms.execute(step);
		return { did, output: outcome.output, event: did.reports[0] };
	};

	test('R7.12.2: the hydrated message is sent once, journaled as a message that leaves', async () => {
		const { did, output, event } = await run({ sms_provider: 'twilio' });
		expect(sent).toEqual([{ to: '+14155550100', text: 'Hello Ann.', provider: 'twilio' }]);
		expect(did.effects).toEqual([{ key: 'sms', kind: 'sms', target: 'SMS by twilio', sideEffect: 'sends' }]);
		expect(output).toEqual({ success: true, sent_sms_message: 'Hello Ann.' });
		expect(did.variables).toMatchObject({ send_sms_success: true, send_sms_error: null });
		expect(event).toEqual({
			type: 'send_sms',
			fields: { status: 'sent', sent_message: 'Hello Ann.', destination_phone_number: '+14155550100' },
		});
	});

	test('R1.20: the caller’s overrides win and are not hydrated', async () => {
		await run(
			{},
			{ input: { override_destination_phone_number: '+4930123456', override_message: 'Hi {{name}}' } },
		);
		expect(sent).toEqual([{ to: '+4930123456', text: 'Hi {{name}}', provider: null }]);
	});

	test('a secret in the message stays masked', async () => {
		const { did } = await run({ message: 'Key {{key}}' }, { secrets: { key: 'top-secret-key' } });
		expect(sent).toMatchObject([{ text: 'Key **********' }]);
		expect(did.variables['send_sms_success']).toBe(true);
	});

	test.each<[string, JsonObject, More, RegExp]>([
		['no provider', {}, { services: {} }, /not_configured/],
		['a number that is none', { destination_phone_number: '555-0100' }, {}, /international form/],
		['no number', { destination_phone_number: null }, {}, /international form/],
		['an empty message', { message: ' ' }, {}, /empty/],
		[
			'a refusal',
			{},
			{ services: { sendSms: () => Promise.reject(new EffectError('SMS_FAILED', 'Number blocked.')) } },
			/Number blocked/,
		],
	])('R7.12.5: %s is a handled failure', async (_title, node, more, message) => {
		const { did, output, event } = await run(node, more);
		expect(output).toEqual({ success: false, sent_sms_message: null });
		expect(did.variables).toMatchObject({
			send_sms_success: false,
			send_sms_error: expect.stringMatching(message),
		});
		expect(event?.fields).toMatchObject({ status: 'failed', sent_message: null });
	});
});

describe('R7.2: start_conversation', () => {
	const run = async (node: JsonObject = {}, services?: Services) => {
		const { step, did } = fakeStep<StartConversationNode>({
			node: { type: 'start_conversation', ...node },
			services,
		});
		const outcome = await startConversation.execute(step);
		return {
			did,
			output: outcome.output,
			statuses: did.reports.map(({ fields }) => fields['conversation_status']),
		};
	};
	const phone = (...statuses: Array<'initiated' | 'in-progress' | 'completed' | 'failed'>): Services => ({
		placeCall: async () => ({ conversationId: 'c1', status: 'initiated' }),
		callState: async () => ({ conversationId: 'c1', status: statuses.shift() ?? 'initiated' }),
	});

	test('R7.2.2: in text mode nothing happens but the mark', async () => {
		const { did, output, statuses } = await run({ conversation_id: 'chat-7' });
		expect(output).toEqual({ conversation_id: 'chat-7' });
		expect(did.variables).toEqual({ conversation_id: 'chat-7', conversation_status: 'in-progress' });
		expect(statuses).toEqual(['in-progress']);
		expect(did.effects).toEqual([]);
	});

	test('R7.2.3: in voice mode a call is placed and followed until it is in progress', async () => {
		const { did, statuses } = await run(
			{ is_voice_conversation: true, user_number: '+14155550100', polling_interval_seconds: 3 },
			phone('initiated', 'in-progress'),
		);
		expect(statuses).toEqual(['initiated', 'in-progress']);
		expect(did.pauses).toEqual([3000, 3000]);
		expect(did.effects.map(({ key, sideEffect }) => [key, sideEffect])).toEqual([
			['call', 'sends'],
			['call-state:0', 'reads'],
			['call-state:1', 'reads'],
		]);
		expect(did.variables).toEqual({ conversation_id: 'c1', conversation_status: 'in-progress' });
	});

	test('R7.2.3: with a conversation id no call is placed', async () => {
		const { did } = await run({ is_voice_conversation: true, conversation_id: 'c9' }, phone('in-progress'));
		expect(did.effects.map(({ key }) => key)).toEqual(['call-state:0']);
		expect(did.variables).toEqual({ conversation_id: 'c9', conversation_status: 'in-progress' });
	});

	test('a call that nobody answers is given up', async () => {
		const { did } = await run({ is_voice_conversation: true, polling_interval_seconds: 60 }, phone());
		expect(did.pauses).toHaveLength(MAX_CALL_WAIT_MS / 60_000);
		expect(did.variables['conversation_status']).toBe('failed');
	});

	test.each<[string, Services | undefined]>([
		['no telephony', undefined],
		[
			'a refusal',
			{ ...phone(), placeCall: () => Promise.reject(new EffectError('CALL_FAILED', 'No line.')) },
		],
	])('R7.2.7: %s gives the status failed, and the thread goes on', async (_title, services) => {
		const { did, statuses } = await run({ is_voice_conversation: true }, services);
		expect(statuses).toEqual(['failed']);
		expect(did.variables).toEqual({ conversation_id: null, conversation_status: 'failed' });
		expect(did.warnings).toHaveLength(1);
	});
});

describe('R7.7: workflow_run_fetch', () => {
	const run = async (services: Services | undefined, node: JsonObject = {}) => {
		const { step, did } = fakeStep<WorkflowRunFetchNode>({
			node: { type: 'workflow_run_fetch', ...node },
			services,
			dynamic: { workflow_run_id: 'run-1' },
		});
		const outcome = await workflowRunFetch.execute(step);
		return { did, output: outcome.output };
	};
	const services: Services = { fetchRun: async (id) => (id === 'run-1' ? { workflow_run_id: id } : null) };

	test('R7.7.1, R7.7.3, R7.7.4: the run of the placeholder, as a JSON text in output and variable', async () => {
		const { did, output } = await run(services);
		expect(output).toEqual({ fetched_workflow_run: '{"workflow_run_id":"run-1"}' });
		expect(did.variables).toEqual({ workflow_run_object: '{"workflow_run_id":"run-1"}' });
	});

	test.each<[string, Services | undefined, JsonObject]>([
		['an unknown id', services, { workflow_run_id: 'run-2' }],
		['no store of runs', undefined, {}],
	])('R7.7.5: %s gives null and a warning', async (_title, given, node) => {
		const { did, output } = await run(given, node);
		expect(output).toEqual({ fetched_workflow_run: null });
		expect(did.variables).toEqual({ workflow_run_object: null });
		expect(did.warnings).toHaveLength(1);
	});
});

describe('services that do not exist here', () => {
	test.each([
		['google_docs_create_document', ['document_id', 'document_title', 'document_url']],
		['google_docs_get_document', ['document_content', 'document_id']],
		['google_docs_update_document', ['document_id', 'document_url', 'updated_content']],
		['something_else', null],
	])('R7.17.4, R7.17.5: google_docs reports not_configured (%s)', async (type, results) => {
		const { step, did } = fakeStep<Parameters<typeof googleDocs.execute>[0]['node']>({
			node: { type: 'google_docs', operate_document: { type } },
		});
		await googleDocs.execute(step);
		expect(did.variables).toMatchObject({
			google_docs_success: false,
			google_docs_error: expect.stringContaining('not_configured'),
		});
		expect(did.reports.map((report) => report.type)).toEqual(results === null ? [] : [type]);
		if (results === null) return;
		const { status, error, ...brought } = did.reports[0]?.fields ?? {};
		expect([status, error]).toEqual(['failed', expect.stringContaining('not_configured')]);
		expect(Object.keys(brought).sort()).toEqual(results);
		expect(Object.values(brought).every((value) => value === null)).toBe(true);
	});

	test.each([
		'athena_patients_search',
		'athena_patients_create',
		'athena_patients_update',
		'athena_appointments_create',
	])('R7.18.5: %s reports not_configured', async (type) => {
		const { step, did } = fakeStep<Parameters<typeof athena.execute>[0]['node']>({ node: { type } });
		const outcome = await athena.execute(step);
		expect(outcome.output).toEqual({ success: false, status_code: null, response: null });
		expect(did.variables).toEqual({
			[`${type}_result`]: null,
			[`${type}_success`]: false,
			[`${type}_error`]: expect.stringContaining('not_configured'),
		});
		expect(did.reports[0]?.type).toBe('athena');
	});
});
