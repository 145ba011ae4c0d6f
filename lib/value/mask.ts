/** Masks of secrets: what is shown instead of a value, and the cleaning of recorded text (R4.26, R4.28). */

/** Shown by list and resolve answers. */
export const LIST_MASK = '********';

/** Shown wherever a secret would become text. */
export const TEXT_MASK = '**********';

/** Shorter secrets would turn ordinary words into masks. */
const MIN_MASKED_LENGTH = 6;

/**
 * Replaces every occurrence of the secrets in a text, also in the encodings in which a request
 * carries them: URL, form, JSON and Base64.
 */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
	let masked = text;
	for (const form of formsOf(secrets)) {
		if (masked.includes(form)) masked = masked.replaceAll(form, TEXT_MASK);
	}
	return masked;
}

/** Every form of every secret, longest first, so that no secret hides a part of a longer one. */
function formsOf(secrets: Iterable<string>): string[] {
	const forms = new Set<string>();
	for (const secret of secrets) {
		if (secret.length < MIN_MASKED_LENGTH) continue;
		const encoded = encodeLoosely(secret);
		forms.add(secret);
		forms.add(encoded);
		forms.add(encoded.replaceAll('%20', '+'));
		forms.add(JSON.stringify(secret).slice(1, -1));
		forms.add(Buffer.from(secret).toString('base64'));
	}
	return [...forms].sort((a, b) => b.length - a.length);
}

/** `encodeURIComponent` that also accepts half a surrogate pair. */
function encodeLoosely(text: string): string {
	return encodeURIComponent(Buffer.from(text).toString());
}
