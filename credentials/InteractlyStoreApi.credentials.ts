/** The store credential: the SQLite file that keeps workflows, versions and runs. */

import type { ICredentialType, INodeProperties } from 'n8n-workflow';

// eslint-disable-next-line @n8n/community-nodes/credential-test-required -- our nodes test it (testedBy) by opening the file
export class InteractlyStoreApi implements ICredentialType {
	name = 'interactlyStoreApi';

	// eslint-disable-next-line n8n-nodes-base/cred-class-field-display-name-missing-api -- a database, not an API
	displayName = 'Interactly Store';

	icon = { light: 'file:store.svg', dark: 'file:store.dark.svg' } as const;

	documentationUrl = 'https://www.sqlite.org/wal.html';

	properties: INodeProperties[] = [
		{
			displayName:
				"Interactly nodes without this credential share one store in n8n's user folder. Add a credential to keep conversations in a file of their own.",
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'SQLite File',
			name: 'path',
			type: 'string',
			default: '',
			placeholder: '/data/interactly/clinic.sqlite',
			description:
				"Absolute path of the database file on the machine that runs n8n; it is created when missing. Empty: interactly/interactly.sqlite in n8n's user folder. In queue mode all processes must see the same disk.",
		},
	];
}
