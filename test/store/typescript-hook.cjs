/** Lets a child process of a test load the project's TypeScript: `node --require` this file. */

const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
	const { code } = transformSync(readFileSync(filename, 'utf8'), {
		filename,
		jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
		module: { type: 'commonjs', ignoreDynamic: true },
	});
	module._compile(code, filename);
};
