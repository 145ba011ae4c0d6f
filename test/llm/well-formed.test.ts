/** Texts that were cut in the middle of a character. */

import fc from 'fast-check';
import { wellFormed } from '../../lib/llm/well-formed';

test('half a surrogate pair is replaced wherever it stands, keys included', () => {
	const cut = '😀'.slice(0, 1);
	expect(wellFormed([{ text: `so ${cut}`, [`k${cut}`]: [1, null, { deep: cut }] }, '😀'])).toEqual([
		{ text: 'so \uFFFD', 'k\uFFFD': [1, null, { deep: '\uFFFD' }] },
		'😀',
	]);
});

test('what is whole comes back as the same object, and everything comes back as JSON that parsers take', () => {
	fc.assert(
		fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
			const mended = wellFormed(value);
			expect(JSON.stringify(mended)).not.toMatch(/\\ud[89a-f]/);
			expect(wellFormed(mended)).toBe(mended);
		}),
	);
});
