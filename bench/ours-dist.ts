/** Where the compiled package under measurement lies. */

import { fileURLToPath } from 'node:url';

/** Another build may be measured, for a comparison of before and after. */
export const dist = process.env['BENCH_DIST'] ?? fileURLToPath(new URL('../dist', import.meta.url));
