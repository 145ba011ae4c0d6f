/** `send_sms`: sends one text message through the configured provider (R7.12). */

import { messageOf } from '../errors';
import type { SendSmsNode } from '../graph/node';
import { fillText } from '../value/template';
import type { Behavior, Step } from './contract';
import { isEffectFailure } from './failure';
import { overrideOf } from './override';

const E164 = /^\+[1-9]\d{6,14}$/;

export const sendSms: Behavior<SendSmsNode> = {
	async execute(step) {
		const { node, scope } = step;
		const written =
			overrideOf(step, 'override_destination_phone_number') ??
			fillText(node.destination_phone_number ?? '', scope);
		const to = written.replace(/[\s().-]/g, '');
		const text = overrideOf(step, 'override_message') ?? fillText(node.message ?? '', scope);
		const error = problemOf(step, to, text) ?? (await send(step, to, text));
		const success = error === null;
		step.report('send_sms', {
			status: success ? 'sent' : 'failed',
			sent_message: success ? text : null,
			destination_phone_number: to,
		});
		step.write([
			{ name: 'send_sms_success', value: success },
			{ name: 'send_sms_error', value: error },
		]);
		return { output: { success, sent_sms_message: success ? text : null } };
	},
};

/** Why nothing can be sent, or null. */
function problemOf(step: Step, to: string, text: string): string | null {
	if (!step.services?.sendSms) return 'not_configured: no SMS provider is connected.';
	if (!E164.test(to))
		return 'The destination is not a phone number in international form, such as +14155550100.';
	return text.trim() === '' ? 'The message is empty.' : null;
}

/** Sends once, ever; the provider's refusal is the node's failure, not the run's. */
async function send(step: Step<SendSmsNode>, to: string, text: string): Promise<string | null> {
	const provider = step.node.sms_provider;
	const effect = {
		key: 'sms',
		kind: 'sms' as const,
		target: `SMS by ${provider ?? 'the default provider'}`,
		sideEffect: 'sends' as const,
	};
	try {
		await step.perform(
			effect,
			async (signal) => (await step.services?.sendSms?.({ to, text, provider, signal })) ?? null,
		);
		return null;
	} catch (error) {
		if (!isEffectFailure(error) || step.signal.aborted) throw error;
		return step.scope.mask(messageOf(error));
	}
}
