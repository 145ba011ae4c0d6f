/** The Google Docs node (2.12): its credentials and its three operations. */

import { z } from 'zod';
import { flag, freeObjectOrNull, originalType, orNull, text } from './field';
import { nodeBase } from './node-base';

const unknownPart = z.looseObject({ type: z.literal('unknown'), original_type: originalType });

export const googleCredentialsSchema = z.discriminatedUnion('type', [
	z.looseObject({
		type: z.literal('google_workspace_oauth2'),
		oauth_redirect_uri: text(),
		client_id: text(),
		client_secret: text(),
	}),
	z.looseObject({
		type: z.literal('google_workspace_service_account'),
		service_account_email: text(),
		private_key_id: text(),
		private_key: text(),
		impersonation_email: text(),
	}),
	z.looseObject({ type: z.literal('google_workspace_api_key'), api_key: text() }),
	unknownPart,
]);

export const documentOperationSchema = z.discriminatedUnion('type', [
	z.looseObject({
		type: z.literal('google_docs_create_document'),
		title: text(),
		drive_name_or_id: text(),
		folder_name_or_id: text(),
	}),
	z.looseObject({
		type: z.literal('google_docs_get_document'),
		document_id_or_url: text(),
		return_full_model: flag(false),
	}),
	z.looseObject({
		type: z.literal('google_docs_update_document'),
		document_id_or_url: text(),
		/** `{type: "google_docs_update_with_text", content, insert_index}`; a null index appends. */
		updates: freeObjectOrNull,
	}),
	unknownPart,
]);

export const googleDocsSchema = z.looseObject({
	...nodeBase,
	type: z.literal('google_docs'),
	/** Null: the platform's own credentials. */
	credentials: orNull(googleCredentialsSchema),
	operate_document: orNull(documentOperationSchema),
});
export type GoogleDocsNode = z.infer<typeof googleDocsSchema>;
