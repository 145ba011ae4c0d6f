/** Copies what tsc leaves behind into dist: icons, and the codex files beside the n8n nodes. */

const { dest, parallel, src } = require('gulp');

const icons = () =>
	src(['nodes/**/*.svg', 'credentials/**/*.svg'], { base: '.', encoding: false }).pipe(dest('dist'));
const codex = () => src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));

exports.build = parallel(icons, codex);
