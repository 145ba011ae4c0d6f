/** The picture of a conversation: its graph with the way taken so far, as files of the item. */

import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import type { Station } from '../../lib/index';
import { library } from '../host';
import { pictureFiles } from '../picture';
import { escapeHtml } from '../rethrow';

const KEYS = { png: 'graph', svg: 'graph_svg' };

/** Nothing when the picture cannot be made: a hint says why, and the turn counts all the same. */
export async function drawRun(
	context: IExecuteFunctions,
	{ runner }: Station,
	runId: string,
): Promise<IBinaryKeyData | undefined> {
	const { drawnPathOf, drawPicture, messageOf } = library();
	try {
		const journey = await runner.journey(runId);
		const picture = await drawPicture({ graph: journey.graph, path: drawnPathOf(journey, journey.graph) });
		const name = journey.graph.workflow_config.name ?? null;
		return await pictureFiles(context, { picture, name, keys: KEYS });
	} catch (error) {
		context.addExecutionHints({
			message: `The turn is done, but its picture could not be drawn: ${escapeHtml(messageOf(error))}`,
			type: 'warning',
			location: 'outputPane',
		});
		return undefined;
	}
}
