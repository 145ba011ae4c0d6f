/** Stays with a run after its turn while background work goes on, as long as the node's options say. */

import type { IExecuteFunctions } from 'n8n-workflow';
import type { Access, Station, TurnRequest, TurnResult } from '../../lib/index';
import { library } from '../host';
import { describe, escapeHtml, isOurs } from '../rethrow';

export interface Stay {
	station: Station;
	access: Access;
	/** Listeners and limits of the turn, for the pumps as well. */
	request: Pick<TurnRequest, 'onEvent' | 'onToken' | 'timeoutMs' | 'signal'>;
	/** The turn that has just ended. */
	turn: TurnResult;
	itemIndex: number;
}

/** The turn with what was said and done meanwhile; the turn as it is when there is nothing to wait for. */
export async function stayForBackground(context: IExecuteFunctions, stay: Stay): Promise<TurnResult> {
	const { station, access, turn, itemIndex } = stay;
	const { signal, ...request } = stay.request;
	const seconds = context.getNodeParameter('options.backgroundSeconds', itemIndex, 0) as number;
	if (seconds <= 0 || turn.nextDueAt === null) return turn;
	const pumps: TurnResult[] = [];
	try {
		await station.settle(
			{
				latest: turn,
				forMs: seconds * 1000,
				request,
				onResult: (result) => void pumps.push(result),
				...(signal === undefined ? {} : { signal }),
			},
			access,
		);
	} catch (error) {
		// The user's answer is there already; what came after must not take it away. A cancelled execution
		// is one for n8n, whatever the node returns.
		if (signal?.aborted !== true) showTrouble(context, error);
	}
	const { continued } = library();
	return continued(turn, pumps);
}

function showTrouble(context: IExecuteFunctions, error: unknown): void {
	const sentence = escapeHtml(error instanceof Error ? error.message : String(error));
	const advice = isOurs(error) ? `<br>${describe(error)}` : '';
	context.addExecutionHints({
		message: `The turn is done, but its background work did not go on: ${sentence}${advice}`,
		type: 'warning',
		location: 'outputPane',
	});
}
