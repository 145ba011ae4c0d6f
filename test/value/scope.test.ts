/** Lookup of placeholders over all sources (R4.4–R4.27). */

import { scopeOf } from './sources';

describe('runtime lookup', () => {
	const thread = {
		dob: 'plain',
		'node_1.dob': 'by id',
		'Collect Insurance.dob': 'by name',
		'Collect Insurance.card': { plan: { tier: 2 }, ids: ['a', 'b'] },
		patient: { name: 'in variable', rows: [{ id: 7 }] },
		text: '{"score": 3, "list": [1, 2]}',
		plain: 'no json',
		'Dr. Smith.slot': { hour: 9 },
		shadow: 'thread',
	};
	const workflow = { shadow: 'workflow', shared: { a: 1 }, _hidden: 1, 'Intake.phone': '555' };
	const threads = { '0': { dob: 'main', 'Ask.x': { y: 1 } }, lab: { result: { ok: true }, shared: 'no' } };
	const scope = scopeOf({ thread, workflow, threads });

	test.each([
		['dob', 'plain'],
		['node_1.dob', 'by id'],
		['Collect Insurance.dob', 'by name'],
		['  Collect Insurance.dob  ', 'by name'],
		['Collect Insurance . dob', 'by name'],
		['Collect Insurance.card.plan.tier', 2],
		['Collect Insurance.card.ids[1]', 'b'],
		['Dr. Smith.slot.hour', 9],
		['patient.name', 'in variable'],
		['patient.rows[0].id', 7],
		['patient.rows[0]', { id: 7 }],
		['text.score', 3],
		['text.list[1]', 2],
		['shadow', 'thread'],
		['shared.a', 1],
		['Intake.phone', '555'],
		['thread_0.dob', 'main'],
		['thread_0.Ask.x.y', 1],
		['thread_lab.result.ok', true],
	])('R4.12: [[%s]] reads %j', (path, value) => {
		expect(scope.runtime(path)).toEqual(value);
	});

	test.each([
		['unknown'],
		['patient.age'],
		['patient.rows[5]'],
		['patient.rows[-1]'],
		['patient.rows[0.5]'],
		['patient.rows.length'],
		['plain.length'],
		['plain[0]'],
		['text.score.x'],
		['thread_lab.unknown'],
		['thread_lab.shared.a'],
		['thread_nowhere.dob'],
		['thread_lab'],
		['constructor'],
		['__proto__'],
		['patient.__proto__'],
		['patient.constructor.name'],
		['toString'],
		[''],
		['.'],
		['patient.'],
		['patient..name'],
		['[0]'],
	])('R4.4, R4.9: [[%s]] is unresolved', (path) => {
		expect(scope.runtime(path)).toBeUndefined();
	});

	test('R4.12: a cross-thread path never reads the workflow scope of the run', () => {
		expect(scopeOf({ workflow: { a: 1 }, threads: { lab: {} } }).runtime('thread_lab.a')).toBeUndefined();
	});

	test('R4.12: a thread variable hides a workflow variable even where its path is broken', () => {
		const hiding = scopeOf({ thread: { a: { b: 1 } }, workflow: { a: { c: 2 } } });
		expect(hiding.runtime('a.c')).toBeUndefined();
	});

	test('R4.12: the longest qualified key wins, and a broken one gives way to a shorter one', () => {
		const nested = scopeOf({ thread: { 'a.b': { c: 1 }, a: { b: { c: 2, d: 3 } } } });
		expect(nested.runtime('a.b.c')).toBe(1);
		expect(nested.runtime('a.b.d')).toBe(3);
	});

	test('R4.14: keys with a leading underscore are readable from the thread but not from the workflow scope', () => {
		expect(scope.runtime('_hidden')).toBeUndefined();
		expect(scopeOf({ thread: { _own: 1 } }).runtime('_own')).toBe(1);
	});

	test('null is a value: it is found and hides the workflow scope', () => {
		expect(scopeOf({ thread: { a: null }, workflow: { a: 1 } }).runtime('a')).toBeNull();
	});
});

describe('dynamic lookup', () => {
	const levels = [
		['globals', 5],
		['defaults', 4],
		['provided', 3],
		['supplied', 2],
		['system', 1],
	] as const;

	test('R4.19: each source beats the ones below it', () => {
		const sources: Record<string, { name: string }> = {};
		for (const [level] of levels) {
			sources[level] = { name: level };
			expect(scopeOf(sources).dynamic('name')).toBe(level);
		}
	});

	test.each([[''], ['  '], [null]])('R4.21: a supplied %j does not hide the next source', (blank) => {
		const scope = scopeOf({ supplied: { a: blank }, provided: { a: blank }, defaults: { a: 'default' } });
		expect(scope.dynamic('a')).toBe('default');
	});

	test('R4.21: a name that is blank in every source counts as not supplied', () => {
		expect(scopeOf({ supplied: { a: '' }, defaults: { a: null } }).dynamic('a')).toBeUndefined();
	});

	test('R4.21: zero, false and empty lists are values', () => {
		const scope = scopeOf({ supplied: { a: 0, b: false, c: [] }, defaults: { a: 1, b: true, c: [1] } });
		expect([scope.dynamic('a'), scope.dynamic('b'), scope.dynamic('c')]).toEqual([0, false, []]);
	});

	test('R4.21: objects merge per key, lists are replaced', () => {
		const scope = scopeOf({
			supplied: { p: { name: 'Ann', tags: [1], address: { city: '' } } },
			defaults: { p: { name: 'x', age: 3, tags: [2, 3], address: { city: 'Rome', zip: '1' } } },
		});
		expect(scope.dynamic('p')).toEqual({
			name: 'Ann',
			age: 3,
			tags: [1],
			address: { city: 'Rome', zip: '1' },
		});
		expect(scope.dynamic('p.age')).toBe(3);
	});

	test('R4.6: {{global.name}} reads only globals, {{name}} by precedence', () => {
		const scope = scopeOf({ globals: { name: 'global' }, supplied: { name: 'mine', other: 1 } });
		expect(scope.dynamic('global.name')).toBe('global');
		expect(scope.dynamic('name')).toBe('mine');
		expect(scope.dynamic('global.other')).toBeUndefined();
	});

	test('R4.25: a secret is known as one, unless a source above the globals hides it', () => {
		const secrets = { key: 'abcdefgh', json: '{"token": "t-123456"}' };
		const scope = scopeOf({ secrets });
		expect(scope.dynamic('key')).toBe('abcdefgh');
		expect(scope.isSecret('key')).toBe(true);
		expect(scope.isSecret('global.key')).toBe(true);
		expect(scope.dynamic('json.token')).toBe('t-123456');
		expect(scope.isSecret('json.token')).toBe(true);
		expect(scope.isSecret('other')).toBe(false);
		const hidden = scopeOf({ secrets, supplied: { key: 'own' } });
		expect(hidden.isSecret('key')).toBe(false);
		expect(hidden.isSecret('global.key')).toBe(true);
		expect(scopeOf({ secrets, supplied: { key: ' ' } }).isSecret('key')).toBe(true);
	});

	test('R4.7: only globals and defaults are author-written, per leaf of a merged object', () => {
		const scope = scopeOf({
			system: { now: 'n' },
			globals: { g: 'G' },
			defaults: { d: 'D', o: { a: 'author', b: 'author' } },
			supplied: { s: 'S', o: { b: 'caller' } },
			provided: { p: 'P' },
			secrets: { key: 'K' },
		});
		const authored = ['now', 'g', 'global.g', 'd', 'o.a', 'o.b', 's', 'p', 'key', 'none'].filter((path) =>
			scope.isAuthored(path),
		);
		expect(authored).toEqual(['g', 'global.g', 'd', 'o.a']);
	});

	test('names of inherited properties read nothing', () => {
		const scope = scopeOf({ supplied: { a: {} } });
		for (const path of [
			'constructor',
			'__proto__',
			'toString',
			'a.constructor',
			'global.constructor',
			'a.__proto__.x',
		]) {
			expect(scope.dynamic(path)).toBeUndefined();
		}
		expect(scope.prompt('constructor')).toBeUndefined();
	});
});
