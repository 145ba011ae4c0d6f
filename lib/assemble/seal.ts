/** Keys inside graphs are kept encrypted: taken out of the document, put back when it is run. */

import { extractSecrets, restoreSecrets, type FoundSecret } from '../graph/secrets';
import { isJsonObject, type Json } from '../json';
import type { Seal } from '../store/sealed';
import type { Vault } from '../store/vault';

/** Marks a sealed text; a graph has no such key. */
const MARK = 'interactly_sealed';

/** A seal that hides the secret fields of documents (end of 2.16) and leaves everything else readable. */
export function sealSecrets(vault: Vault): Seal {
	return {
		seal(text) {
			const { document, secrets } = extractSecrets(JSON.parse(text) as Json);
			if (secrets.length === 0) return text;
			const kept = secrets.map(({ segments, value }) => ({ segments: [...segments], value }));
			return JSON.stringify({ [MARK]: 1, secrets: vault.encrypt(JSON.stringify(kept)), document });
		},
		unseal(text) {
			if (!text.startsWith(`{"${MARK}":`)) return text;
			const sealed = JSON.parse(text) as Json;
			if (!isJsonObject(sealed)) return text;
			const secrets = JSON.parse(vault.decrypt(String(sealed['secrets']))) as Array<
				Pick<FoundSecret, 'segments' | 'value'>
			>;
			return JSON.stringify(restoreSecrets(sealed['document'] ?? null, secrets).document);
		},
	};
}
