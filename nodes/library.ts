/** The library behind the nodes, loaded when the first of them works. */

type Library = typeof import('../lib/index');

/** The library, loaded on the first call: n8n's start loads node classes, and those stay light. */
export function library(): Library {
	// A static import would load all of lib at n8n's start.
	return require('../lib/index') as Library;
}
