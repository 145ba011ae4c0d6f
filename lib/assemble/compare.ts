/** Two graphs compared without showing what is secret in them. */

import { diffGraphs, type GraphDiff } from '../convert/diff';
import { findSecrets, restoreSecrets } from '../graph/secrets';
import type { JsonObject } from '../json';
import type { Store } from '../store/contract';
import { openGraph, type GraphSource } from './graph-source';

/**
 * What changed from the older graph to the newer one. A key that changed is reported, with words in
 * the place of both values.
 *
 * @throws as `openGraph`.
 */
export async function compareDocuments(
	store: Store,
	{ older, newer }: { older: GraphSource; newer: GraphSource },
): Promise<GraphDiff> {
	const [before, after] = [await openGraph(store, older), await openGraph(store, newer)];
	const known = new Map<string, string>();
	return diffGraphs(withoutSecrets(before.raw, known), withoutSecrets(after.raw, known));
}

/** The same secret gets the same words in both graphs, so that only changes show. */
function withoutSecrets(raw: JsonObject, known: Map<string, string>): JsonObject {
	const masked = findSecrets(raw).map(({ segments, value }) => {
		const words = known.get(value) ?? `(secret ${known.size + 1})`;
		known.set(value, words);
		return { segments, value: words };
	});
	return restoreSecrets(raw, masked).document;
}
