/** Takes keys and the conversation's words out of what a provider says about a failure. */

import type { ModelMessage, ProviderCredential } from './contract';

const MAX_LENGTH = 400;

/** Shapes of keys and tokens of the providers we call, also when cut or masked by the vendor. */
const KEY_SHAPES: readonly RegExp[] = [
	/\b(?:sk|rk|pk|gsk|xai)-[A-Za-z0-9_*-]{6,}/g,
	/\bAIza[0-9A-Za-z_*-]{10,}/g,
	/\bya29\.[0-9A-Za-z_.-]+/g,
	/\b(?:AKIA|ASIA)[0-9A-Z*]{8,}/g,
	/\bBearer\s+[A-Za-z0-9._~+/=-]+/gi,
	/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g,
	/([?&](?:key|api[-_]?key|token|signature|sig)=)[^&\s"']+/gi,
];

/** A quoted piece that also occurs in the conversation is somebody's words. */
const QUOTED = /["'`“][^"'`“”]{4,}["'`”]/g;

export interface ScrubContext {
	credential: ProviderCredential;
	messages: readonly ModelMessage[];
}

/** The provider's sentence as one line of at most 400 characters, without secrets or patients' words. */
export function scrub(text: string, context: ScrubContext): string {
	let clean = text.replace(/\s+/g, ' ').trim();
	for (const secret of secretsOf(context.credential)) clean = clean.split(secret).join('[secret]');
	for (const shape of KEY_SHAPES) {
		clean = clean.replace(
			shape,
			(_match, kept: unknown) => `${typeof kept === 'string' ? kept : ''}[secret]`,
		);
	}
	clean = withoutWords(clean, context.messages);
	return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

function secretsOf(credential: ProviderCredential): string[] {
	const values = [
		credential.apiKey,
		credential.secretAccessKey,
		credential.accessKeyId,
		credential.sessionToken,
		credential.accessToken,
		...Object.values(credential.defaultHeaders ?? {}),
		...Object.values(credential.serviceAccount ?? {}),
	];
	return values
		.filter((value): value is string => typeof value === 'string' && value.length >= 6)
		.sort((a, b) => b.length - a.length);
}

function withoutWords(text: string, messages: readonly ModelMessage[]): string {
	const spoken = messages
		.filter((message) => message.role !== 'system')
		.map((message) => message.content.replace(/\s+/g, ' '))
		.filter((content) => content.trim() !== '');
	let clean = text;
	for (const content of spoken) {
		if (content.trim().length >= 12) clean = clean.split(content.trim()).join('[words]');
	}
	return clean.replace(QUOTED, (whole) => {
		const inner = whole.slice(1, -1);
		const isSpoken = /\s/.test(inner) && spoken.some((content) => content.includes(inner));
		return isSpoken ? `${whole[0]}[words]${whole.at(-1)}` : whole;
	});
}
