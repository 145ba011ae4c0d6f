/** The store credential: the SQLite file or Postgres database that keeps workflows, versions and runs. */

import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const onlyPostgres = { show: { type: ['postgres'] } };

// eslint-disable-next-line @n8n/community-nodes/credential-test-required -- our nodes test it (testedBy) by opening the store
export class InteractlyStoreApi implements ICredentialType {
	name = 'interactlyStoreApi';

	// eslint-disable-next-line n8n-nodes-base/cred-class-field-display-name-missing-api -- a database, not an API
	displayName = 'Interactly Store';

	icon = { light: 'file:store.svg', dark: 'file:store.dark.svg' } as const;

	documentationUrl = 'https://www.sqlite.org/wal.html';

	properties: INodeProperties[] = [
		{
			displayName:
				"Interactly nodes without this credential share one store in n8n's user folder. Add a credential to keep conversations in a file or database of their own.",
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Kept In',
			name: 'type',
			type: 'options',
			options: [
				{ name: 'Postgres', value: 'postgres', description: 'For queue mode and several workers' },
				{ name: 'SQLite File', value: 'sqlite', description: 'For n8n in one process or on one machine' },
			],
			default: 'sqlite',
		},
		{
			displayName: 'SQLite File',
			name: 'path',
			type: 'string',
			default: '',
			placeholder: '/data/interactly/clinic.sqlite',
			displayOptions: { show: { type: ['sqlite'] } },
			description:
				"Absolute path of the database file on the machine that runs n8n; it is created when missing. Empty: interactly/interactly.sqlite in n8n's user folder. In queue mode all processes must see the same disk.",
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: 'localhost',
			placeholder: 'db.example.com',
			displayOptions: onlyPostgres,
			description: 'Name or address of the Postgres server, version 12 or newer',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 5432,
			displayOptions: onlyPostgres,
		},
		{
			displayName: 'Database',
			name: 'database',
			type: 'string',
			default: '',
			placeholder: 'interactly',
			displayOptions: onlyPostgres,
			description: "An existing database, which may be n8n's own: the tables lie in a schema apart",
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'interactly',
			displayOptions: onlyPostgres,
			description: 'Needs the right to create the schema, or a schema that belongs to it',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: onlyPostgres,
		},
		{
			displayName: 'SSL',
			name: 'ssl',
			type: 'options',
			options: [
				{ name: 'Off', value: 'off', description: 'Only where the network itself is trusted' },
				{
					name: 'On, Any Certificate',
					value: 'encrypt',
					description: 'Encrypted, but whoever answers is taken for the server',
				},
				{
					name: 'On, Certificate Verified',
					value: 'verify',
					description: 'Further certificate authorities are named in NODE_EXTRA_CA_CERTS',
				},
			],
			default: 'off',
			displayOptions: onlyPostgres,
		},
		{
			displayName: 'Schema',
			name: 'schema',
			type: 'string',
			default: 'interactly',
			displayOptions: onlyPostgres,
			description: 'The part of the database that holds the tables; it is created when missing',
		},
		{
			displayName: 'Connections at Most',
			name: 'maxConnections',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 8,
			displayOptions: onlyPostgres,
			description: 'Of each n8n process; more than eight seldom make it faster',
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- it opens the keys inside graphs
		{
			displayName: 'Encryption Key',
			name: 'encryptionKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			hint: 'Make one with: openssl rand -base64 32',
			description:
				"Encrypts the keys that graphs carry. Empty: a key is made once in a file that only n8n's user can read, beside the SQLite file or, for Postgres, in the folder interactly of n8n's user folder. Where several machines share a Postgres store, set the key here or share that file. Whoever changes it later can no longer read what was encrypted before.",
		},
	];
}
