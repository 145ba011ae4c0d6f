/** Files that the commands write: whole or not at all. */

import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { InputError, messageOf } from '../errors';

const REASONS: Record<string, string> = {
	ENOENT: 'its folder does not exist.',
	ENOTDIR: 'its folder does not exist.',
	EISDIR: 'it is a folder.',
	EACCES: 'permission is denied.',
	EPERM: 'permission is denied.',
	EROFS: 'the disk is read-only.',
	ENOSPC: 'the disk is full.',
};

/** Writes a new file, or over an old one. @throws {InputError} `FILE_UNWRITABLE`. */
export async function writeOutput(file: string, data: string | Uint8Array): Promise<void> {
	await named(file, () => writeFile(file, data));
}

/**
 * Changes a file that exists: an interruption leaves the old content or the new one. A link stays a link,
 * and who may read the file stays as it was.
 * @throws {InputError} `FILE_UNWRITABLE`.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
	await named(file, async () => {
		const path = await realpath(file);
		const { mode } = await stat(path);
		const beside = `${path}.${randomUUID()}.tmp`;
		try {
			await writeFile(beside, text, { flag: 'wx', mode: mode & 0o777 });
			await rename(beside, path);
		} finally {
			await rm(beside, { force: true });
		}
	});
}

async function named(file: string, write: () => Promise<void>): Promise<void> {
	try {
		await write();
	} catch (error) {
		const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
		throw new InputError('FILE_UNWRITABLE', `${file} cannot be written: ${reason}`, {
			advice: 'Name a place that exists and that you may write to.',
			cause: error,
		});
	}
}
