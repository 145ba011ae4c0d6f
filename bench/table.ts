/** The figures as a table in Markdown, a row for each budget. */

import type { Result } from './main.ts';

const HEADINGS = ['figure', 'ours', 'peers', 'floor', 'budget', 'reached', ''];

export function tableOf(results: readonly Result[]): string {
	const rows = results.flatMap(rowsOf);
	const widths = HEADINGS.map((heading, column) =>
		Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	return [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function rowsOf({ figure, unit, ours, peers, floor, budgets }: Result): string[][] {
	const first = [
		figure,
		`${numeral(ours)} ${unit}`,
		Object.entries(peers)
			.map(([peer, value]) => `${peer} ${numeral(value)}`)
			.join(', '),
		floor === null ? '' : numeral(floor),
	];
	if (budgets.length === 0) return [[...first, '', '', '']];
	return budgets.map(({ text, reached, isMet }, index) => [
		...(index === 0 ? first : first.map(() => '')),
		text,
		numeral(reached),
		isMet ? 'met' : 'NOT MET',
	]);
}

const numeral = (value: number) =>
	value.toLocaleString('en-US', { maximumSignificantDigits: value >= 100 ? 21 : 3 });
