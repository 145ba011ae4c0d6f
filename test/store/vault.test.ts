/** The vault: round trips, wrong keys, changed texts, and a key file that only its owner reads. */

import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createVault, openKeyFile } from '../../lib/store/vault';

describe('vault', () => {
	test('any text comes back, the same text gives the same cipher, and nothing of it shows', () => {
		const vault = createVault('a passphrase');
		fc.assert(
			fc.property(fc.string({ minLength: 4, unit: 'binary' }), (text) => {
				const sealed = vault.encrypt(text);
				expect(vault.decrypt(sealed)).toBe(text.toWellFormed());
				expect(vault.encrypt(text)).toBe(sealed);
				expect(Buffer.from(sealed, 'base64').includes(Buffer.from(text))).toBe(false);
			}),
		);
	});

	test('another key and a changed text are refused with advice', () => {
		const sealed = createVault('one').encrypt('secret');
		const changed = Buffer.from(sealed, 'base64');
		changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
		expect(() => createVault('two').decrypt(sealed)).toThrow(
			expect.objectContaining({ code: 'STORE_KEY_WRONG' }) as Error,
		);
		expect(() => createVault('one').decrypt(changed.toString('base64'))).toThrow(
			expect.objectContaining({ code: 'STORE_KEY_WRONG' }) as Error,
		);
		expect(() => createVault('one').decrypt('')).toThrow(
			expect.objectContaining({ code: 'STORE_KEY_WRONG' }) as Error,
		);
	});

	test('the key file is made once, with mode 0600, also when several ask at the same time', async () => {
		const path = join(await mkdtemp(join(tmpdir(), 'vault-')), 'deep', 'store.key');
		const keys = await Promise.all([openKeyFile(path), openKeyFile(path), openKeyFile(path)]);
		expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
		expect((await stat(path)).mode & 0o777).toBe(0o600);
		expect(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64')).toHaveLength(32);
		expect(Buffer.from(await openKeyFile(path))).toEqual(Buffer.from(keys[0] as Uint8Array));
	});

	test('a key file without a key is refused, never replaced', async () => {
		const path = join(await mkdtemp(join(tmpdir(), 'vault-')), 'store.key');
		await writeFile(path, 'not a key');
		await expect(openKeyFile(path)).rejects.toMatchObject({ code: 'STORE_KEY_UNREADABLE' });
		expect(await readFile(path, 'utf8')).toBe('not a key');
	});
});
