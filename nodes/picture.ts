/** Pictures as files of an item: a PNG that the editor shows, an SVG that it only downloads. */

import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import type { Picture } from '../lib/index';

export interface PictureFiles {
	picture: Picture;
	/** Of the workflow; names the files. */
	name: string | null;
	/** Under which the item holds the files; a format without a key is left out. */
	keys: { png?: string; svg?: string };
}

export async function pictureFiles(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	{ picture, name, keys }: PictureFiles,
): Promise<IBinaryKeyData> {
	const stem = fileStem(name);
	const files: IBinaryKeyData = {};
	if (keys.png !== undefined && picture.png !== null) {
		files[keys.png] = await helpers.prepareBinaryData(Buffer.from(picture.png), `${stem}.png`, 'image/png');
	}
	if (keys.svg !== undefined) {
		files[keys.svg] = await helpers.prepareBinaryData(
			Buffer.from(picture.svg),
			`${stem}.svg`,
			'image/svg+xml',
		);
	}
	return files;
}

/** The workflow's name as every file system takes it. */
export function fileStem(name: string | null): string {
	const stem = (name ?? '')
		.replace(/[^\p{L}\p{N}]+/gu, '-')
		.slice(0, 80)
		.replace(/^-+|-+$/g, '')
		.toLowerCase();
	return stem === '' ? 'graph' : stem;
}
