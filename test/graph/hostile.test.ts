/** Documents made to break a reader: none crashes, hangs, pollutes a prototype or is accepted wrongly. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/json';
import { canonicalize } from '../../lib/graph/canonicalize';
import { parseDocument } from '../../lib/graph/parse';
import { checkDocument } from '../../lib/graph/rules';
import { findSecrets, redactSecrets } from '../../lib/graph/secrets';
import { dynamicVariablesOf, managedPromptsOf } from '../../lib/graph/variables';
import { hostileGraph, hostileTree } from './generate';

/** Everything that reads a document, in one go; throws when any of it does. */
function readAll(input: string | Json) {
	const parsed = parseDocument(input);
	const faults = checkDocument(parsed, { purpose: 'run', knownVariables: new Set() });
	const canonical = canonicalize(input);
	if (parsed.document !== null) {
		findSecrets(parsed.document);
		redactSecrets(parsed.document);
	}
	if (parsed.graph !== null) {
		dynamicVariablesOf(parsed.graph.raw);
		managedPromptsOf(parsed.graph.raw);
	}
	return { parsed, faults, canonical };
}

/** What was added to the prototypes every object shares; empty when all is well. */
function pollution(): string[] {
	const fresh: JsonObject = {};
	const keys: string[] = [];
	for (const key in fresh) keys.push(key);
	for (const key in [] as Json[]) keys.push(key);
	return keys;
}

function expectSound({ parsed, faults }: ReturnType<typeof readAll>): void {
	const all = [...parsed.faults, ...parsed.warnings, ...faults];
	const unplaced = all.filter(({ message, path }) => typeof message !== 'string' || !path.startsWith('$'));
	const { graph } = parsed;
	const raw = graph?.raw.node_configs;
	const objects = [...(graph?.node_configs ?? []), ...(graph?.edge_configs ?? [])];
	expect({
		pollution: pollution(),
		unplaced,
		isAcceptedThoughBlocked: parsed.isBlocked && graph !== null,
		nodesLost: (Array.isArray(raw) ? raw.length : 0) - (graph?.node_configs.length ?? 0),
		withoutId: objects.filter(({ logical_id }) => typeof logical_id !== 'string'),
	}).toEqual({ pollution: [], unplaced: [], isAcceptedThoughBlocked: false, nodesLost: 0, withoutId: [] });
}

test('5,000 hostile graphs are read, checked and respelled', () => {
	fc.assert(
		fc.property(hostileGraph, (graph) => expectSound(readAll(graph))),
		{ numRuns: 5000 },
	);
});

test('4,000 hostile trees are read or refused', () => {
	fc.assert(
		fc.property(hostileTree, (value) => expectSound(readAll(JSON.stringify(value)))),
		{ numRuns: 4000 },
	);
});

test('2,000 damaged texts are refused with a place, and JSON.parse agrees on which', () => {
	const whole = readFileSync(join(__dirname, 'examples', 'hydrated.json'), 'utf8').slice(0, 900);
	const damage = fc.record({
		at: fc.nat(whole.length),
		length: fc.nat(3),
		put: fc.constantFrom('', '}', ']', '"', ',', '\\', '\u0000', "'", 'NaN', '{'),
	});
	fc.assert(
		fc.property(damage, ({ at, length, put }) => {
			const text = whole.slice(0, at) + put + whole.slice(at + length);
			const isJson = canParse(text);
			const { faults } = parseDocument(text);
			expect(faults[0]?.rule === 'R-00').toBe(!isJson);
			if (!isJson) expect(faults[0]?.message).toMatch(/at line \d+, column \d+$/);
		}),
		{ numRuns: 2000 },
	);
});

function canParse(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Corpus files: `verdict` says whether the import is refused; `make` builds what is too large to keep. */
interface CorpusEntry {
	title: string;
	verdict: 'accepted' | 'refused';
	rules?: string[];
	/** The document as text, with `REPEAT(text,count)` written out before it is read. */
	text: string;
}

const corpus = readdirSync(join(__dirname, 'corpus')).flatMap(
	(file) => JSON.parse(readFileSync(join(__dirname, 'corpus', file), 'utf8')) as CorpusEntry[],
);

/** Nothing may keep the process busy for longer than a second. */
const MOST_MICROSECONDS = 1_000_000;

describe('the kept corpus', () => {
	test.each(corpus.map((entry) => [entry.title, entry] as const))('%s', (_title, entry) => {
		const text = entry.text.replace(/REPEAT\((.*?),(\d+)\)/g, (_whole, piece: string, count: string) =>
			piece.repeat(Number(count)),
		);
		const begin = process.cpuUsage();
		const result = readAll(text);
		// Work of the processor, not of the clock: other processes do not count.
		expect(process.cpuUsage(begin).user).toBeLessThan(MOST_MICROSECONDS);
		expectSound(result);
		expect(result.parsed.isBlocked).toBe(entry.verdict === 'refused');
		const rules = new Set([...result.parsed.faults, ...result.faults].map(({ rule }) => rule));
		for (const rule of entry.rules ?? []) expect(rules).toContain(rule);
	});
});

test('a ring of 5,000 nodes, and 5,000 nodes forking from one, are checked in linear time', () => {
	const nodes = Array.from({ length: 5000 }, (_, index) => ({
		type: 'no_op',
		logical_id: `n${index}`,
		is_start: index === 0,
	}));
	const edge = (from: number, to: number, more: JsonObject = {}) => ({
		type: 'direct',
		logical_id: `e${from}_${to}`,
		source_node_logical_id: `n${from}`,
		destination_node_logical_id: `n${to}`,
		...more,
	});
	const ring = nodes.map((_, index) => edge(index, (index + 1) % 5000));
	const star = nodes
		.slice(1)
		.map((_, index) => edge(0, index + 1, { companion_thread_config: { is_companion_thread: true } }));
	for (const edge_configs of [ring, star, [...star, ...ring.slice(1)]])
		expectSound(readAll({ node_configs: nodes, edge_configs }));
});

test('__proto__ keys stay data: kept in the file, absent from the view', () => {
	const text =
		'{"node_configs":[{"type":"no_op","logical_id":"a","__proto__":{"is_start":true,"polluted":1}}],"edge_configs":[],"__proto__":{"x":1}}';
	const { parsed, canonical } = readAll(text);
	expect(parsed.graph?.node_configs[0]?.is_start).toBe(false);
	expect(JSON.stringify(parsed.graph?.raw)).toBe(text);
	expect(JSON.stringify(canonical.document)).toBe(text);
	expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('5.3.10: numbers keep the form they are written in', () => {
	const text =
		'{"node_configs":[{"type":"no_op","delay_seconds":1.0,"a":9007199254740993,"b":1e400,"c":-0,"d":1E2}],"edge_configs":[]}';
	const canonical = canonicalize(text).text ?? '';
	expect(canonical.replace(/\s/g, '')).toBe(text);
});
