/** Undoes the compression of a response body, never into more bytes than are accepted. */

import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from 'node:zlib';

const unzip = promisify(gunzip);
const unbrotli = promisify(brotliDecompress);
const undeflate = promisify(inflate);
const undeflateRaw = promisify(inflateRaw);

/**
 * The plain body, or null when an encoding is not known and the body stays as it came.
 *
 * @throws {RangeError} `ERR_BUFFER_TOO_LARGE` when the plain body has more than `maxBytes` bytes.
 */
export async function decodeBody(
	body: Uint8Array,
	contentEncoding: string,
	maxBytes: number,
): Promise<Uint8Array | null> {
	let plain = body;
	// The header lists encodings in the order in which they were applied.
	for (const encoding of contentEncoding.toLowerCase().split(',').reverse()) {
		const decoded = await decodeOnce(plain, encoding.trim(), maxBytes);
		if (decoded === null) return null;
		plain = decoded;
	}
	return plain;
}

async function decodeOnce(body: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array | null> {
	if (body.length === 0 || encoding === '' || encoding === 'identity') return body;
	// A stream whose end was cut off by the server is read as far as it goes, as browsers do.
	const options = { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH };
	switch (encoding) {
		case 'gzip':
		case 'x-gzip':
			return unzip(body, options);
		case 'deflate':
			// Some servers leave out the zlib header, whose low four bits are 8.
			return ((body[0] ?? 0) & 0x0f) === 8 ? undeflate(body, options) : undeflateRaw(body, options);
		case 'br':
			return unbrotli(body, { maxOutputLength: maxBytes, finishFlush: constants.BROTLI_OPERATION_FLUSH });
		default:
			return null;
	}
}
