/** Which versions of Node the command runs on. */

const OLDEST = [22, 16] as const;

/** Why this version cannot run the command, as one sentence, or null when it can. */
export function oldNodeSentence(version: string): string | null {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
	return `interactly needs Node ${OLDEST.join('.')} or newer, and this is Node ${version}: install a newer one and run it again.`;
}
