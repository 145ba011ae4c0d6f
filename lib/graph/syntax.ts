/** Finds the first place where text stops being JSON, and guesses what the author meant. */

export interface SyntaxFinding {
	/** 1-based. */
	line: number;
	/** 1-based, in UTF-16 units. */
	column: number;
	/** What stands there, never more than a few characters of it. */
	found: string;
	/** How to mend it, one sentence. */
	hint: string;
}

/** Walks the text with its own stack (nesting costs no call depth) and reports the first error. */
export function findSyntaxError(text: string): SyntaxFinding {
	if (text.trim() === '') return findingAt(text, 0, 'the text is empty', 'Paste the exported JSON.');
	const at = firstErrorAt(text);
	if (at >= text.length) return findingAt(text, at, 'the text ends early', hintAtEnd(text));
	return findingAt(text, at, `unexpected ${shown(text, at)}`, hintAt(text, at));
}

enum Expect {
	Value,
	ValueOrEnd,
	Key,
	KeyOrEnd,
	Colon,
	CommaOrEnd,
	Nothing,
}

function firstErrorAt(text: string): number {
	const stack: string[] = [];
	let expect: Expect = Expect.Value;
	const afterValue = () => (stack.length === 0 ? Expect.Nothing : Expect.CommaOrEnd);
	for (let at = 0; ;) {
		while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
		if (at >= text.length) return at;
		const char = text.charAt(at);
		const open = stack.at(-1);
		const isClose = (char === '}' && open === '{') || (char === ']' && open === '[');
		if (
			isClose &&
			(expect === Expect.CommaOrEnd || expect === Expect.KeyOrEnd || expect === Expect.ValueOrEnd)
		) {
			stack.pop();
			expect = afterValue();
			at++;
		} else if (expect === Expect.CommaOrEnd && char === ',') {
			expect = open === '{' ? Expect.Key : Expect.Value;
			at++;
		} else if (expect === Expect.Colon && char === ':') {
			expect = Expect.Value;
			at++;
		} else if (expect === Expect.Key || expect === Expect.KeyOrEnd) {
			if (char !== '"') return at;
			const end = stringEnd(text, at);
			if (!end.isWhole) return end.at;
			expect = Expect.Colon;
			at = end.at;
		} else if (expect === Expect.Value || expect === Expect.ValueOrEnd) {
			if (char === '{' || char === '[') {
				stack.push(char);
				expect = char === '{' ? Expect.KeyOrEnd : Expect.ValueOrEnd;
				at++;
				continue;
			}
			const end = char === '"' ? stringEnd(text, at) : wordEnd(text, at);
			if (!end.isWhole) return end.at;
			expect = afterValue();
			at = end.at;
		} else {
			return at;
		}
	}
}

function stringEnd(text: string, start: number): { at: number; isWhole: boolean } {
	for (let at = start + 1; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x22) return { at: at + 1, isWhole: true };
		if (code < 0x20) return { at, isWhole: false };
		if (code !== 0x5c) continue;
		const escape = text.charAt(at + 1);
		if (escape === 'u' && !/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return { at, isWhole: false };
		if (escape !== '' && !'"\\/bfnrtu'.includes(escape)) return { at, isWhole: false };
		at++;
	}
	return { at: text.length, isWhole: false };
}

const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function wordEnd(text: string, start: number): { at: number; isWhole: boolean } {
	WORD.lastIndex = start;
	const match = WORD.exec(text);
	if (match === null) return { at: start, isWhole: false };
	return { at: start + match[0].length, isWhole: true };
}

function hintAt(text: string, at: number): string {
	const char = text.charAt(at);
	const before = text.slice(Math.max(0, at - 200), at).trimEnd();
	const word = /^-?[A-Za-z]+/.exec(text.slice(at, at + 20))?.[0] ?? '';
	if (/^-?(NaN|Infinity)$/.test(word)) return 'JSON has no NaN and no Infinity: write null or a number.';
	if (/^(True|False|None)$/.test(word))
		return 'This is Python, not JSON: export with json.dumps, or write true, false and null.';
	if (word === 'undefined') return 'JSON has no undefined: write null, or leave the key out.';
	if (text.startsWith('```', at)) return 'Remove the Markdown fence around the JSON.';
	if (text.startsWith('//', at) || text.startsWith('/*', at) || char === '#')
		return 'JSON has no comments: remove them.';
	if (char === "'" || char === '\u201c' || char === '\u2018')
		return 'Use straight double quotes around keys and texts.';
	if (before.endsWith(',') && (char === '}' || char === ']'))
		return 'Remove the comma before the closing bracket.';
	if (char === '<')
		return 'This looks like HTML or XML: an error page may have been saved instead of the export.';
	if (text.charCodeAt(at) < 0x20) return 'Write line breaks and tabs inside texts as \\n and \\t.';
	if (char === '\\') return 'Escape the backslash as \\\\, or use one of the escapes of JSON.';
	if (char === '"' || /["}\]\w]$/.test(before))
		return 'A comma, a colon or a closing bracket may be missing before this place.';
	if (word !== '') return 'Keys and texts need double quotes.';
	return 'Check the brackets and commas around this place.';
}

function hintAtEnd(text: string): string {
	const quotes = text.replace(/\\./g, '').split('"').length - 1;
	if (quotes % 2 === 1) return 'A text is never closed: the file may be cut off.';
	return 'Brackets are still open: the file may be cut off; export it again.';
}

function shown(text: string, at: number): string {
	const code = text.codePointAt(at) ?? 0;
	if (code < 0x20 || code === 0x7f) return `control character ${code.toString(16).padStart(4, '0')}`;
	if (code >= 0xd800 && code <= 0xdfff) return 'half of a surrogate pair';
	const char = String.fromCodePoint(code);
	return char === "'" ? `"'"` : `'${char}'`;
}

function findingAt(text: string, at: number, found: string, hint: string): SyntaxFinding {
	let line = 1;
	let lineStart = 0;
	for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) {
		line++;
		lineStart = next + 1;
	}
	return { line, column: at - lineStart + 1, found, hint };
}
