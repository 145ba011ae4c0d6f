/** What the store credential comes to: a file, or a Postgres database that really opens, one store for all who name it. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, ICredentialTestFunctions } from 'n8n-workflow';
import { closeStations, openStation, type CredentialHolder } from '../../nodes/host';
import { storePlace } from '../../nodes/store-place';
import { testStore } from '../../nodes/stored-workflows';
import { startPostgres, type PostgresServer } from '../postgres/server';

let server: PostgresServer;
const userFolder = mkdtempSync(join(tmpdir(), 'interactly-place-'));
const before = process.env.N8N_USER_FOLDER;

beforeAll(async () => {
	process.env.N8N_USER_FOLDER = userFolder;
	server = await startPostgres();
}, 60_000);
afterAll(async () => {
	await closeStations();
	await server.stop();
	if (before === undefined) delete process.env.N8N_USER_FOLDER;
	else process.env.N8N_USER_FOLDER = before;
	rmSync(userFolder, { recursive: true, force: true });
});

const credential = (more: object = {}): ICredentialDataDecryptedObject => ({
	type: 'postgres',
	path: '',
	...{ host: server.host, port: server.port, user: server.user, password: server.password },
	...{ database: 'postgres', ssl: 'off', schema: 'clinic', maxConnections: 2, encryptionKey: '' },
	...more,
});

const holderOf = (data: ICredentialDataDecryptedObject) =>
	({
		getNode: () => ({ credentials: { interactlyStoreApi: { id: '1', name: 'store' } } }),
		getCredentials: () => Promise.resolve(data),
		logger: console,
	}) as unknown as CredentialHolder;

const tested = (data: ICredentialDataDecryptedObject) =>
	testStore.call({} as ICredentialTestFunctions, { id: '1', name: 's', type: 'interactlyStoreApi', data });

it('a credential without a choice, as older ones are, names a file', () => {
	expect(storePlace({ path: '/data/a.sqlite' })).toEqual({ path: '/data/a.sqlite' });
	expect(storePlace(null)).toEqual({ path: join(userFolder, '.n8n', 'interactly', 'interactly.sqlite') });
});

it('a database without a name is refused', () => {
	expect(() => storePlace(credential({ database: ' ' }))).toThrow(/names no database/);
});

it('the test of the credential opens the database, and tells what stands in the way without the password', async () => {
	expect(await tested(credential())).toEqual({
		status: 'OK',
		message: `Store opened: 0 workflows in 127.0.0.1:${server.port}/postgres (schema clinic)`,
	});
	const refused = await tested(credential({ password: 'hunter2' }));
	expect(refused).toMatchObject({ status: 'Error', message: expect.stringContaining('refused this user') });
	expect(refused.message).not.toContain('hunter2');
});

it('credentials that name the same database share one open store; another schema is another', async () => {
	const one = await openStation(holderOf(credential()));
	expect(await openStation(holderOf(credential()))).toBe(one);
	expect(await openStation(holderOf(credential({ schema: 'other' })))).not.toBe(one);
	await expect(openStation(holderOf(credential({ password: 'wrong' })))).rejects.toMatchObject({
		code: 'STORE_ACCESS_REFUSED',
	});
});

it("the key of a database lies in n8n's user folder, named after it, unless the credential has one", async () => {
	await openStation(holderOf(credential({ schema: 'keyed', encryptionKey: 'a phrase of our own' })));
	await openStation(holderOf(credential({ schema: 'unkeyed' })));
	const files = readdirSync(join(userFolder, '.n8n', 'interactly'));
	expect(files).toContain(`127.0.0.1-${server.port}-postgres-schema-unkeyed.key`);
	expect(files.filter((file) => file.includes('-keyed'))).toEqual([]);
});
