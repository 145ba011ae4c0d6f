/** docs/models.md says what the suites do, and no more. */

import fs from 'node:fs';
import path from 'node:path';
import { SUBJECTS } from './features';

const { render, FILE } = require('../../scripts/model-table.js') as { render(): string; FILE: string };

it('docs/models.md is what scripts/model-table.js writes', () => {
	expect(fs.readFileSync(FILE, 'utf8')).toBe(render());
});

it('every adapter file of lib/llm is a subject of the suites', () => {
	const directory = path.join(__dirname, '../../lib/llm');
	for (const { file } of SUBJECTS) expect(fs.existsSync(path.join(directory, file))).toBe(true);
});
