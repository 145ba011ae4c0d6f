/** The HTTP port: one request out, one response in, within limits of time and size. */

export interface HttpRequest {
	url: string;
	method: string;
	headers: Record<string, string>;
	body?: string | Uint8Array;
	/** Milliseconds for the whole exchange, redirects included. */
	timeoutMs: number;
	/** Bytes of the response body that are accepted at most (default 5 MiB). */
	maxBytes?: number;
	signal?: AbortSignal;
}

export interface HttpResponse {
	status: number;
	/** Header names in lower case. */
	headers: Record<string, string>;
	body: Uint8Array;
}

export interface Http {
	/**
	 * @throws {EffectError} `HTTP_REFUSED_ADDRESS`, `HTTP_TIMEOUT`, `HTTP_TOO_LARGE`,
	 *         `HTTP_TOO_MANY_REDIRECTS` or `HTTP_FAILED`; a non-2xx answer is a response, not an error.
	 *         When `signal` aborts, its reason is thrown as it is.
	 */
	send(request: HttpRequest): Promise<HttpResponse>;
}
