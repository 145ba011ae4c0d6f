/** What the forms ask the store: the list of stored workflows, and whether a store can be opened. */

import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
} from 'n8n-workflow';
import { library, openStation, storePath } from './host';

const PAGE = 100;

/** Fills the list of the parameter `workflowId`, a page at a time. */
export async function searchWorkflows(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { store } = await openStation(this);
	const offset = Number(paginationToken ?? 0);
	const search = filter === undefined || filter === '' ? {} : { search: filter };
	const { rows, total } = await store.listWorkflows({ ...search, limit: PAGE, offset });
	const next = offset + rows.length;
	return {
		results: rows.map((row) => ({ name: row.name, value: row.id })),
		...(next < total ? { paginationToken: String(next) } : {}),
	};
}

/** Opens the store of the credential, which creates the file and its tables when they are missing. */
export async function testStore(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { openStore, messageOf } = library();
	try {
		const path = storePath(credential.data ?? null);
		const store = await openStore({ type: 'sqlite', path });
		try {
			const { total } = await store.listWorkflows({ limit: 1, offset: 0 });
			return { status: 'OK', message: `Store opened: ${total} workflow${total === 1 ? '' : 's'} in ${path}` };
		} finally {
			await store.close();
		}
	} catch (error) {
		const advice = (error as { advice?: string }).advice;
		return { status: 'Error', message: [messageOf(error), advice].filter(Boolean).join(' ') };
	}
}
