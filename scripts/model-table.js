/** Writes docs/models.md from the lists the test suites run: `node scripts/model-table.js`; `--check` only compares. */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { FEATURES, SUBJECTS } = require('../test/llm/features.ts');
const { MODELS } = require('../test/llm/models-list.ts');

const FILE = path.join(__dirname, '..', 'docs', 'models.md');

const row = (cells) => `| ${cells.join(' | ')} |`;

/** The page as the formatter of this repository leaves it. */
function render() {
	const prettier = require.resolve('prettier/bin/prettier.cjs');
	return execFileSync(process.execPath, [prettier, '--stdin-filepath', FILE], {
		input: page(),
		encoding: 'utf8',
	});
}

function page() {
	const columns = SUBJECTS.map(({ title }) => title);
	return [
		'# Models',
		'',
		'This page is written by `node scripts/model-table.js` from the lists that the test suites run; a test fails when it is out of date.',
		'',
		'## Providers',
		'',
		'Every cell is one test: each adapter, through the real SDK of its vendor, against a server on loopback that speaks the vendor’s protocol',
		'(`test/llm/conformance.ts`).',
		'',
		row(['Every adapter …', ...columns]),
		row(['---', ...columns.map(() => ':-:')]),
		...FEATURES.map(({ title }) => row([title, ...SUBJECTS.map(() => '✓')])),
		row(['file in `lib/llm/`', ...SUBJECTS.map(({ file }) => `\`${file}\``)]),
		row(['tested with', ...SUBJECTS.map(({ config }) => `\`${config.model}\``)]),
		'',
		'Claude on Vertex AI and the partner models of Vertex AI (xAI, Gemma, GLM, DeepSeek) pass the strict server below.',
		'A chat model attached in n8n is one more adapter, `chat-model.ts`, with tests of its own.',
		'',
		'## Models',
		'',
		'Each model is called with every mix of six histories, five features (words, tools, structured answers, both, an odd schema) and seven',
		'settings (temperature, limits, efforts and budgets of thought), streamed and whole, against a server that refuses what its vendor refuses',
		'(`test/llm/strict.test.ts`). No call is refused.',
		'',
		row(['`type` in the graph', 'Models']),
		row(['---', '---']),
		...Object.entries(MODELS).map(([type, models]) =>
			row([`\`${type}\``, models.map((model) => `\`${model}\``).join(', ')]),
		),
		'',
		'Other names are called as well: `model` is an open text. What a server refuses of an unknown OpenAI model is learned from its answer and',
		'left out the second time.',
		'',
	].join('\n');
}

module.exports = { render, FILE };

if (require.main === module) {
	const text = render();
	if (process.argv.includes('--check')) {
		const isCurrent = fs.existsSync(FILE) && fs.readFileSync(FILE, 'utf8') === text;
		process.stdout.write(
			isCurrent
				? 'docs/models.md is up to date\n'
				: 'docs/models.md is out of date: node scripts/model-table.js\n',
		);
		process.exitCode = isCurrent ? 0 : 1;
	} else {
		fs.writeFileSync(FILE, text);
	}
}
