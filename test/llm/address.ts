/** Where a test server is, as each provider's credential and SDK say it. */

import type { ProviderCredential } from '../../lib/llm/contract';
import type { Subject } from './features';

export const SECRET = 'sk-secret-1234567890abcdef';

/** Where the server is, as each provider's credential says it. */
export function credentialFor(url: string): ProviderCredential {
	return {
		apiKey: SECRET,
		baseUrl: url,
		endpoint: url,
		region: 'us-east-1',
		vertexProject: 'clinic',
		vertexLocation: 'global',
		accessToken: 'ya29.secret-token-for-tests',
	};
}

/** The root that the vendor's SDK is given for a server at `origin`. */
export function urlOf(origin: string, subject: Subject): string {
	const isOpenAi = subject.config.type === 'openai_llm' || subject.config.type === 'custom_llm';
	return isOpenAi ? `${origin}/v1` : origin;
}
