/** A failure a provider reports inside an answer that began well: a body or a stream frame with `error`. */

/** Carries status and code where the frame names them, so that it is classified like an HTTP error. */
export class ProviderFault extends Error {
	constructor(
		message: string,
		readonly status: number | null,
		readonly code: string | null,
	) {
		super(message);
	}
}

/** Vendors name their faults by words inside streams; the words stand for these statuses. */
const STATUS_BY_WORD: Readonly<Record<string, number>> = {
	rate_limit_exceeded: 429,
	rate_limit_error: 429,
	overloaded_error: 529,
	server_error: 500,
	api_error: 500,
	internal_error: 500,
	timeout_error: 504,
	invalid_request_error: 400,
	invalid_prompt: 400,
	authentication_error: 401,
	permission_error: 403,
	not_found_error: 404,
	billing_error: 402,
	insufficient_quota: 402,
};

/** Reads `{message, type, code, status}` in any of the vendors' spellings, or a bare text. */
export function providerFault(error: unknown): ProviderFault {
	const source = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Record<
		string,
		unknown
	>;
	const word = [source.code, source.type].find((value): value is string => typeof value === 'string') ?? null;
	const given = [source.status, source.code].find((value): value is number => typeof value === 'number');
	const byWord = [source.code, source.type]
		.map((value) => (typeof value === 'string' ? STATUS_BY_WORD[value] : undefined))
		.find((value) => value !== undefined);
	const message = typeof source.message === 'string' ? source.message : (word ?? 'no reason given');
	return new ProviderFault(message, given ?? byWord ?? null, word);
}
