/** An SVG picture as PNG, drawn with a font the package brings, so that it looks the same on every machine. */

import { readFile } from 'node:fs/promises';

export interface PngOptions {
	/** Pixels for one unit of the SVG (default 2); made smaller when the picture would pass a limit. */
	scale?: number;
}

/** No side of a picture is longer than this, in pixels: beyond it viewers and memory give up. */
const MAX_SIDE = 10_000;
/** Pixels of a whole picture: drawing more would hold the process up for seconds. */
const MAX_PIXELS = 12_000_000;

const FONT_FILES = [
	'400Regular/Arimo_400Regular',
	'400Regular_Italic/Arimo_400Regular_Italic',
	'700Bold/Arimo_700Bold',
];

/** The renderer and the font, loaded once for the process. */
let renderer: Promise<{ resvg: typeof import('@resvg/resvg-wasm'); fontBuffers: Uint8Array[] }> | null = null;

async function loadRenderer() {
	const resvg = await import('@resvg/resvg-wasm');
	await resvg.initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
	const fontBuffers = await Promise.all(
		FONT_FILES.map((file) => readFile(require.resolve(`@expo-google-fonts/arimo/${file}.ttf`))),
	);
	return { resvg, fontBuffers };
}

export async function pngOf(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
	renderer ??= loadRenderer();
	const { resvg, fontBuffers } = await renderer;
	const [, width = '1', height = '1'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
	const [across, down] = [Number(width), Number(height)];
	const scale = Math.min(
		options.scale ?? 2,
		MAX_SIDE / across,
		MAX_SIDE / down,
		Math.sqrt(MAX_PIXELS / (across * down)),
	);
	const picture = new resvg.Resvg(svg, {
		fitTo: { mode: 'zoom', value: scale },
		font: { loadSystemFonts: false, fontBuffers, defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' },
	});
	const image = picture.render();
	const png = image.asPng();
	image.free();
	picture.free();
	return png;
}
