/** What the forms ask the store: the list of stored workflows, and whether a store can be opened. */

import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
} from 'n8n-workflow';
import { library, openStation } from './host';
import { storePlace } from './store-place';

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

/** Opens the store of the credential, which creates the file or schema and its tables when they are missing. */
export async function testStore(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { openStore, messageOf, placeOf } = library();
	try {
		const { path = '', postgres } = storePlace(credential.data ?? null);
		const store = await openStore(
			postgres === undefined ? { type: 'sqlite', path } : { type: 'postgres', ...postgres },
		);
		try {
			const { total } = await store.listWorkflows({ limit: 1, offset: 0 });
			const place = postgres === undefined ? path : placeOf(postgres);
			return {
				status: 'OK',
				message: `Store opened: ${total} workflow${total === 1 ? '' : 's'} in ${place}`,
			};
		} finally {
			await store.close();
		}
	} catch (error) {
		const advice = (error as { advice?: string }).advice;
		return { status: 'Error', message: [messageOf(error), advice].filter(Boolean).join(' ') };
	}
}
