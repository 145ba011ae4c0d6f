/** Access to Vertex AI: project, location and a Google access token; and Anthropic's protocol on its paths. */

import { ConfigurationError } from '../errors';
import type { AdapterRequest } from './contract';
import { modelName } from './failure';
import type { FetchFunction } from './transport';

export interface VertexAccess {
	project: string;
	location: string;
	baseUrl: string;
	token: string;
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** @throws {ConfigurationError} `LLM_CREDENTIAL_MISSING` without a project or an account to sign in with. */
export async function vertexAccess(request: AdapterRequest): Promise<VertexAccess> {
	const { credential } = request;
	const project = credential.vertexProject ?? projectOf(credential.serviceAccount);
	if (project === undefined)
		throw missing(
			request,
			'a Google Cloud project',
			'Write the project into vertex_project or into the Google credential.',
		);
	const location = credential.vertexLocation ?? 'global';
	return {
		project,
		location,
		baseUrl:
			credential.baseUrl ?? `https://${location === 'global' ? '' : `${location}-`}aiplatform.googleapis.com`,
		token: credential.accessToken ?? (await signIn(request)),
	};
}

function projectOf(account: AdapterRequest['credential']['serviceAccount']): string | undefined {
	return typeof account?.project_id === 'string' ? account.project_id : undefined;
}

async function signIn(request: AdapterRequest): Promise<string> {
	const { serviceAccount } = request.credential;
	if (serviceAccount === undefined) {
		throw missing(
			request,
			'a Google account',
			'Put a service account’s JSON key into the Google credential.',
		);
	}
	const { GoogleAuth } = await import('google-auth-library');
	const auth = new GoogleAuth({ credentials: serviceAccount, scopes: [SCOPE] });
	const token = await auth.getAccessToken();
	if (!token)
		throw missing(request, 'a valid Google account', 'Check the service account’s key and its roles.');
	return token;
}

function missing(request: AdapterRequest, what: string, advice: string): ConfigurationError {
	return new ConfigurationError(
		'LLM_CREDENTIAL_MISSING',
		`model "${modelName(request)}" is to be called on Vertex AI, but there is no ${what.replace(/^an? /, '')}`,
		{ advice },
	);
}

/**
 * A fetch that moves Anthropic's `/v1/messages` to Vertex's path: the model goes from the body into
 * the address, and the body names the protocol's version instead.
 */
export function rewriteForVertex(access: VertexAccess, fetch: FetchFunction): FetchFunction {
	return (input, init) => {
		const { pathname } = new URL(input instanceof Request ? input.url : input);
		if (!pathname.endsWith('/v1/messages') || typeof init?.body !== 'string') return fetch(input, init);
		const { model, ...body } = JSON.parse(init.body) as { model: string; stream?: boolean };
		const verb = body.stream === true ? 'streamRawPredict' : 'rawPredict';
		const path = `/v1/projects/${access.project}/locations/${access.location}/publishers/anthropic/models/${vertexModel(model)}:${verb}`;
		return fetch(`${access.baseUrl.replace(/\/+$/, '')}${path}`, {
			...init,
			body: JSON.stringify({ ...body, anthropic_version: 'vertex-2023-10-16' }),
		});
	};
}

/** Vertex writes a dated model's date after an `@`. */
function vertexModel(model: string): string {
	return encodeURIComponent(model.replace(/-(\d{8})$/, '@$1')).replaceAll('%40', '@');
}
