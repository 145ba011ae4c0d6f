/** What a turn whose model gave no answer becomes: a failed execution, or a hint on the output pane. */

import type { IExecuteFunctions } from 'n8n-workflow';
import type { ModelFailure, TurnResult } from '../../lib/index';
import { library } from '../host';
import { describe, escapeHtml } from '../rethrow';

/**
 * With "On Model Failure" set to fail.
 *
 * @throws {ProviderError} The first failure of the turn, with the provider's sentence and advice.
 */
export function refuseModelFailure(context: IExecuteFunctions, itemIndex: number, turn: TurnResult): void {
	const [failure] = turn.modelFailures;
	const choice = context.getNodeParameter('options.onModelFailure', itemIndex, 'say');
	if (failure === undefined || choice !== 'fail') return;
	const { code, message, advice, httpStatus } = failure;
	throw new (library().ProviderError)(code, message, {
		place: `run ${turn.runId}${placeOf(failure)}`,
		status: httpStatus,
		...(advice === null ? {} : { advice }),
	});
}

/** Tells why a node had no answer of its model, each reason once: the chat only sees the apology. */
export function showModelFailures(context: IExecuteFunctions, { modelFailures }: TurnResult): void {
	const texts = modelFailures.map((failure) => {
		const { code, message, advice } = failure;
		const details = describe({ code, place: undefined, advice: advice ?? undefined });
		const node = escapeHtml(failure.nodeName ?? failure.nodeId ?? '');
		const where = node === '' ? 'A model gave' : `The model of node "${node}" gave`;
		return `${where} no answer, and the conversation went on without it: ${escapeHtml(message)}<br>${details}`;
	});
	if (texts.length === 0) return;
	context.addExecutionHints({
		message: [...new Set(texts)].join('<br>'),
		type: 'warning',
		location: 'outputPane',
	});
}

function placeOf({ nodeId, nodeName }: ModelFailure): string {
	const node = nodeName ?? nodeId;
	return node === null ? '' : `, node "${node}"`;
}
