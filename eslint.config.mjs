/** ESLint for the whole project: type-aware TypeScript rules, and n8n's own two plugins on what n8n loads. */

import communityNodes from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const n8nPlugins = { 'n8n-nodes-base': n8nNodesBase, '@n8n/community-nodes': communityNodes };
const communityRules = communityNodes.configs.recommendedWithoutN8nCloudSupport.rules;

export default tseslint.config(
	{ ignores: ['dist/', 'node_modules/', 'coverage/', 'test-artifacts/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.recommended],
		languageOptions: {
			parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
		},
		rules: {
			'no-console': 'error',
			'no-empty': ['error', { allowEmptyCatch: false }],
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			// Loading on first use is a `require` inside a function; test/house watches what loads at start-up.
			'@typescript-eslint/no-require-imports': 'off',
			'max-params': ['error', 4],
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true },
			],
			'@typescript-eslint/only-throw-error': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/consistent-type-imports': [
				'error',
				{ fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
			],
		},
	},
	{
		// One place each: clock.ts owns timers, so that everything else can be tested without waiting.
		files: ['lib/**/*.ts'],
		ignores: ['lib/clock.ts', 'lib/http/**', 'lib/http.ts', 'lib/cli/**'],
		rules: {
			'no-restricted-globals': [
				'error',
				...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
					name,
					message: 'Timers live in lib/clock.ts; ask the clock port.',
				})),
			],
			'no-restricted-properties': [
				'error',
				{ object: 'Date', property: 'now', message: 'The hour comes from the clock port.' },
				{
					object: 'Math',
					property: 'random',
					message: "Chance comes from the run's seed, so that a run can be replayed.",
				},
			],
		},
	},
	{
		// The inner loop hands values on one by one: an object for each call would count against a step's budget.
		files: ['lib/engine/**/*.ts'],
		rules: { 'max-params': ['error', 5] },
	},
	{
		// Rows of a test table arrive as parameters.
		files: ['test/**/*.ts'],
		rules: { 'max-params': 'off' },
	},
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		plugins: n8nPlugins,
		rules: { ...communityRules },
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: n8nPlugins,
		rules: {
			...n8nNodesBase.configs.nodes.rules,
			// Written for n8n's own repository, whose nodes carry their names in another form.
			'n8n-nodes-base/node-filename-against-convention': 'off',
			// Contradicts n8n's own NodeConnectionTypes, which its newer plugin demands.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			'n8n-nodes-base/node-class-description-inputs-wrong-trigger-node': 'off',
			// Reads literals only and fails on credentials that several nodes share as constants.
			'n8n-nodes-base/node-class-description-credentials-name-unsuffixed': 'off',
		},
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: n8nPlugins,
		rules: {
			...n8nNodesBase.configs.credentials.rules,
			// Expects a page name of n8n's own documentation; ours links to this package's README.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['package.json'],
		plugins: n8nPlugins,
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: {
			...n8nNodesBase.configs.community.rules,
			...communityRules,
			// The package brings model SDKs and a SQL builder; n8n installs runtime dependencies of unverified packages.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
			// The project has no public address of its own yet.
			'@n8n/community-nodes/require-homepage': 'off',
			'n8n-nodes-base/community-package-json-repository-url-not-found': 'off',
			// The developers are named as a group, without one person's address.
			'@n8n/community-nodes/valid-author': 'off',
			'n8n-nodes-base/community-package-json-author-email-missing': 'off',
		},
	},
);
