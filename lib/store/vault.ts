/** Encryption at rest: AES-256-GCM with a key that lives beside the database or comes from its owner. */

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '../clock';
import { StoreError } from '../errors';

/** Turns texts into unreadable ones and back. The same text always gives the same cipher text. */
export interface Vault {
	encrypt(text: string): string;
	/** @throws {StoreError} `STORE_KEY_WRONG` when the text was encrypted with another key or was changed. */
	decrypt(sealed: string): string;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @param secret 32 random bytes, or a passphrase of any length that holds as much. */
export function createVault(secret: Uint8Array | string): Vault {
	const derive = (purpose: string) =>
		Buffer.from(hkdfSync('sha256', secret, '', `interactly ${purpose}`, KEY_BYTES));
	const cipherKey = derive('encryption');
	const ivKey = derive('nonce');
	return {
		encrypt(text) {
			// A nonce made from the text never repeats with another text, and equal texts stay equal.
			const iv = createHmac('sha256', ivKey).update(text).digest().subarray(0, IV_BYTES);
			const cipher = createCipheriv('aes-256-gcm', cipherKey, iv);
			const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
			return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
		},
		decrypt(sealed) {
			const bytes = Buffer.from(sealed, 'base64');
			try {
				const decipher = createDecipheriv('aes-256-gcm', cipherKey, bytes.subarray(0, IV_BYTES));
				decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
				return Buffer.concat([
					decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)),
					decipher.final(),
				]).toString('utf8');
			} catch (error) {
				throw new StoreError(
					'STORE_KEY_WRONG',
					'What the store keeps encrypted cannot be read with its present key.',
					{
						advice:
							'Put back the key file that belongs to this database, or the encryption key of its credential.',
						cause: error,
					},
				);
			}
		},
	};
}

/**
 * The key in this file, made on first use with mode 0600 so that only its owner reads it.
 * @throws {StoreError} `STORE_KEY_UNREADABLE`.
 */
export async function openKeyFile(path: string): Promise<Uint8Array> {
	try {
		return await readKey(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw keyUnreadable(path, error);
	}
	try {
		await mkdir(dirname(path), { recursive: true });
		// Exclusive: of two processes that start together one makes the key and the other reads it.
		const file = await open(path, 'wx', 0o600);
		try {
			await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
			await file.sync();
		} finally {
			await file.close();
		}
		await chmod(path, 0o600);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw keyUnreadable(path, error);
	}
	return await readWhenWritten(path);
}

/** Another process may have made the file a moment ago and not yet written it. */
async function readWhenWritten(path: string): Promise<Uint8Array> {
	for (let attempt = 0; ; attempt += 1) {
		try {
			return await readKey(path);
		} catch (error) {
			if (attempt === 50) throw keyUnreadable(path, error);
			await systemClock.sleep(2);
		}
	}
}

async function readKey(path: string): Promise<Uint8Array> {
	const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
	if (key.length !== KEY_BYTES) throw new Error('it does not hold a key of 32 bytes');
	return key;
}

function keyUnreadable(path: string, cause: unknown): StoreError {
	return new StoreError(
		'STORE_KEY_UNREADABLE',
		`The encryption key of the store cannot be read from ${path}.`,
		{
			advice: 'Check that the file exists, is readable by this user and holds the key it was created with.',
			place: path,
			cause,
		},
	);
}
