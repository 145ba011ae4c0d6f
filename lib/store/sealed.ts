/** A store whose graph texts are sealed on the way in and opened on the way out. */

import type { Store } from './contract';

/** How a text is kept: unchanged when it holds nothing secret. */
export interface Seal {
	seal(text: string): string;
	unseal(text: string): string;
}

/** The same store; documents of versions and pinned graphs never reach the disk with a secret in clear. */
export function sealedStore(store: Store, { seal, unseal }: Seal): Store {
	return {
		...store,
		createWorkflow: (input) =>
			store.createWorkflow({
				...input,
				document: seal(input.document),
				further: input.further?.map((version) => ({ ...version, document: seal(version.document) })),
			}),
		async createVersion(workflowId, input) {
			const version = await store.createVersion(workflowId, { ...input, document: seal(input.document) });
			return { ...version, document: input.document };
		},
		async getVersion(workflowId, number) {
			const version = await store.getVersion(workflowId, number);
			return version && { ...version, document: unseal(version.document) };
		},
		async updateVersion(workflowId, number, patch) {
			const kept = patch.document === undefined ? patch : { ...patch, document: seal(patch.document) };
			const version = await store.updateVersion(workflowId, number, kept);
			return { ...version, document: unseal(version.document) };
		},
		createRun: (run) => store.createRun({ ...run, graph: seal(run.graph) }),
		async readGraph(hash) {
			const text = await store.readGraph(hash);
			return text === null ? null : unseal(text);
		},
	};
}
