/** Writes docs/rules.md: every rule of runtime behavior with the tests that hold it, found by the numbers in test titles. */

const fs = require('node:fs');
const path = require('node:path');
const typescript = require('typescript');

const project = path.join(__dirname, '..');
const rulesFile = 'test/rules/rules.json';
const tableFile = 'docs/rules.md';
const titled = new Set(['test', 'it', 'describe']);
const citation = /R\d+(?:\.\d+)+[a-z]?/g;

/** Files of test/ that jest runs, sorted, relative to the project. */
function testFiles(folder = 'test') {
	return fs
		.readdirSync(path.join(project, folder), { withFileTypes: true })
		.flatMap((entry) => {
			const name = `${folder}/${entry.name}`;
			if (entry.isDirectory()) return testFiles(name);
			return entry.name.endsWith('.test.ts') ? [name] : [];
		})
		.sort();
}

/** Titles of tests and groups in one file, in order, with placeholders of tables as they are written. */
function titlesOf(file) {
	const text = fs.readFileSync(path.join(project, file), 'utf8');
	const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true);
	const titles = [];
	const visit = (node) => {
		if (typescript.isCallExpression(node) && titled.has(rootName(node.expression))) {
			const title = titleText(node.arguments[0], source);
			if (title !== null && typescript.isFunctionLike(node.arguments[1])) {
				titles.push(...(title.startsWith('%s') ? rowTitles(node.expression, title, source) : [title]));
			}
		}
		typescript.forEachChild(node, visit);
	};
	visit(source);
	return titles;
}

/** The titles of a table whose rows begin with a text that opens the title. */
function rowTitles(expression, title, source) {
	const named = expression.arguments?.[0];
	const table =
		named !== undefined && typescript.isIdentifier(named) ? constantOf(named.text, source) : named;
	if (table === undefined || !typescript.isArrayLiteralExpression(table)) return [title];
	return table.elements.map((row) => {
		const first = typescript.isArrayLiteralExpression(row) ? row.elements[0] : row;
		return title.replace('%s', titleText(first, source) ?? '%s');
	});
}

/** What the file's `const name = …` is given. */
function constantOf(name, source) {
	let found;
	const visit = (node) => {
		if (typescript.isVariableDeclaration(node) && node.name.getText(source) === name)
			found ??= node.initializer;
		else typescript.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

/** `test` for `test`, `test.each(…)` and `test.only.each(…)`. */
function rootName(expression) {
	let inner = expression;
	for (;;) {
		if (typescript.isIdentifier(inner)) return inner.text;
		if (typescript.isPropertyAccessExpression(inner) || typescript.isCallExpression(inner))
			inner = inner.expression;
		else if (typescript.isTaggedTemplateExpression(inner)) inner = inner.tag;
		else return '';
	}
}

function titleText(argument, source) {
	if (argument === undefined) return null;
	if (typescript.isStringLiteralLike(argument)) return argument.text;
	return typescript.isTemplateExpression(argument) ? argument.getText(source).slice(1, -1) : null;
}

/** The rules a title cites; `R2.18–R2.27` cites all from the first to the last. */
function citedBy(title, order) {
	const cited = new Set(title.match(citation) ?? []);
	for (const [, first, last] of title.matchAll(/(R\d+(?:\.\d+)+[a-z]?)\s*[–-]\s*(R\d+(?:\.\d+)+[a-z]?)/g)) {
		const from = order.indexOf(first);
		const to = order.indexOf(last);
		if (from >= 0 && to >= from) for (const rule of order.slice(from, to + 1)) cited.add(rule);
	}
	return [...cited];
}

/** `rules` as listed, `tests` by rule (of every part), and `unknown` citations of rules that do not exist. */
function collect() {
	const { rules, others } = JSON.parse(fs.readFileSync(path.join(project, rulesFile), 'utf8'));
	const order = Object.keys(rules);
	const tests = new Map(order.map((rule) => [rule, []]));
	const unknown = [];
	for (const file of testFiles()) {
		for (const title of titlesOf(file)) {
			for (const rule of citedBy(title, order)) {
				if (!tests.has(rule)) tests.set(rule, []);
				tests.get(rule).push({ file, title });
				if (rules[rule] === undefined && !exists(rule, others))
					unknown.push(`${file}: ${rule} in "${title}"`);
			}
		}
	}
	return { rules, tests, unknown };
}

/** Rules of parts that this table leaves out are known by their part and highest number. */
function exists(rule, others) {
	const dot = rule.lastIndexOf('.');
	return Number(rule.slice(dot + 1)) <= (others[rule.slice(0, dot)] ?? 0);
}

function render({ rules, tests }) {
	const lines = [
		'# Rules and the tests that hold them',
		'',
		'The rules of how a graph executes, in short, and the tests whose titles cite them. The sources of a rule:',
		'`doc` documentation, `live` recorded behavior, `ex` examples, `seed` the first product document, `ours` decided here.',
		'Written by `node scripts/rule-table.js`; a test checks that it is up to date.',
	];
	let part = '';
	for (const [rule, { title, tag, see, untested }] of Object.entries(rules)) {
		const [name] = rule.split('.');
		if (name !== part)
			lines.push('', `## ${name}`, '', '| Rule | Says | Source | Held by |', '| --- | --- | --- | --- |');
		part = name;
		lines.push(
			`| ${rule} | ${cell(title)} | ${tag} | ${heldBy({ tests: tests.get(rule), see, untested })} |`,
		);
	}
	return `${lines.join('\n')}\n`;
}

function heldBy({ tests, see, untested }) {
	const cells = tests.map(({ file, title }) => `\`${file.replace(/^test\//, '')}\` ${cell(title)}`);
	if (see !== undefined) cells.unshift(`see ${see.join(', ')}`);
	if (untested !== undefined) cells.push(`_${cell(untested)}_`);
	return cells.join('<br>');
}

function cell(text) {
	return text
		.replace(/\|/g, '\\|')
		.replace(/\n/g, ' ')
		.replace(/</g, '&lt;')
		.replace(/([*_[\]`])/g, '\\$1');
}

function main() {
	const found = collect();
	fs.writeFileSync(path.join(project, tableFile), render(found));
	const open = Object.keys(found.rules).filter((rule) => isOpen(rule, found));
	console.log(
		`${tableFile}: ${Object.keys(found.rules).length} rules, ${open.length} without a test or a reason.`,
	);
	if (open.length > 0) console.log(open.join(' '));
	for (const line of found.unknown) console.log(`No such rule: ${line}`);
}

/** True when a rule has neither a test, nor a reason, nor a tested rule that it points to. */
function isOpen(rule, found) {
	const { see = [], untested } = found.rules[rule];
	if (untested !== undefined || found.tests.get(rule).length > 0) return false;
	return !see.some((other) => isTested(other, found));
}

/** A range is tested when its first rule is. */
function isTested(rule, { tests }) {
	const [first] = rule.split('–');
	return (tests.get(first) ?? []).length > 0;
}

module.exports = { collect, render, isOpen, tableFile };
if (require.main === module) main();
