/** Errors of the library as n8n shows them: the sentence as title, advice and place below it. */

import type { INode, INodeExecutionData, JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { InteractlyError } from '../lib/index';

type Workflow = typeof import('n8n-workflow');

export interface FailedItem {
	node: INode;
	itemIndex: number;
	/** A streaming chat waits for the reply: of an error it shows the description alone, as Markdown. */
	isStreaming?: boolean;
}

/** An error of the library, told by its shape: two copies of the package defeat `instanceof`. */
export function isOurs(error: unknown): error is InteractlyError {
	return error instanceof Error && typeof (error as InteractlyError).code === 'string' && 'advice' in error;
}

/**
 * The same failure as n8n's own error class: NodeApiError when a provider failed, else NodeOperationError.
 */
export function toNodeError(
	error: unknown,
	{ node, itemIndex, isStreaming = false }: FailedItem,
): NodeApiError | NodeOperationError {
	// A static import costs an empty process 300 ms; inside n8n it is loaded already.
	const workflow = require('n8n-workflow') as Workflow;
	if (error instanceof workflow.NodeOperationError || error instanceof workflow.NodeApiError) return error;
	if (!isOurs(error)) {
		const cause = error instanceof Error ? error : new Error(String(error));
		return new workflow.NodeOperationError(node, cause, { itemIndex });
	}
	const description = isStreaming ? describeInMarkdown(error) : describe(error);
	const status = (error as { status?: unknown }).status;
	if (error.name === 'ProviderError') {
		const facts: JsonObject = { message: error.message, code: error.code };
		return new workflow.NodeApiError(node, facts, {
			message: error.message,
			description,
			...(typeof status === 'number' ? { httpCode: String(status) } : {}),
			itemIndex,
		});
	}
	return new workflow.NodeOperationError(node, error.message, { description, itemIndex });
}

type Described = Pick<InteractlyError, 'advice' | 'place' | 'code'>;

/** What to do, where, and the stable code to search for, as HTML. */
export function describe(error: Described): string {
	return detailsOf(error).map(escapeHtml).join('<br>');
}

/** The sentence and its details as paragraphs; the error view of the editor reads them as one. */
function describeInMarkdown(error: InteractlyError): string {
	return [error.message, ...detailsOf(error)].map(escapeHtml).join('\n\n');
}

function detailsOf({ advice, place, code }: Described): string[] {
	const isPlaced = place === undefined || advice?.includes(place) === true;
	const lines = [...(advice ?? '').split('\n'), isPlaced ? '' : `At: ${place}`, `Code: ${code}`];
	return lines.filter((line) => line !== '');
}

/** Descriptions and hints are shown as HTML: names from a graph must not become markup. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
}

/**
 * A failed item as the two "continue" settings want it: for the error output no fields beside `error`
 * and `message`, because n8n tells failed items by that; else with code, place and advice of their own.
 */
export function failedItem(error: unknown, { node, itemIndex }: FailedItem): INodeExecutionData {
	const pairedItem = { item: itemIndex };
	const sentence = error instanceof Error ? error.message : String(error);
	if (!isOurs(error)) return { json: { error: sentence }, pairedItem };
	const { code, place = null, advice = null } = error;
	const message = detailsOf(error).join(' ');
	const details = node.onError === 'continueErrorOutput' ? {} : { code, place, advice };
	return { json: { error: sentence, message, ...details }, pairedItem };
}
