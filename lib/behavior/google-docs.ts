/** `google_docs`: reports that no Google connection exists; the run goes on (R7.17.5). */

import { isJsonObject, type JsonObject } from '../json';
import type { Behavior, Step } from './contract';

type GoogleDocsNode = Extract<Step['node'], { type: 'google_docs' }>;

/** What each operation could have brought, as its event has it. */
const RESULTS: Readonly<Record<string, JsonObject>> = {
	google_docs_create_document: { document_url: null, document_title: null },
	google_docs_get_document: { document_content: null },
	google_docs_update_document: { document_url: null, updated_content: null },
};
const NOT_CONFIGURED = 'not_configured: no Google Workspace connection exists in this deployment.';

export const googleDocs: Behavior<GoogleDocsNode> = {
	async execute(step) {
		const operation = isJsonObject(step.node.operate_document) ? step.node.operate_document['type'] : null;
		const type = typeof operation === 'string' && Object.hasOwn(RESULTS, operation) ? operation : null;
		if (type !== null) {
			step.report(type, { status: 'failed', document_id: null, ...RESULTS[type], error: NOT_CONFIGURED });
		}
		step.write([
			{ name: 'google_docs_document_id', value: null },
			{ name: 'google_docs_document_url', value: null },
			{ name: 'google_docs_document_content', value: null },
			{ name: 'google_docs_success', value: false },
			{ name: 'google_docs_error', value: NOT_CONFIGURED },
		]);
		return {
			output: { operate_document: type === null ? null : { type, document_id: null, document_url: null } },
		};
	},
};
