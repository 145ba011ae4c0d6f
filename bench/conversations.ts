/** Fifty conversations of twenty turns at once, for whoever takes the turns. */

import { timed, type Reading } from './subject.ts';

export const CONVERSATIONS = 50;
export const TURNS = 20;

export type TakeTurn = (conversation: string, turn: number) => Promise<void> | void;

/** Three times as many before, because code that has not run often is slow for everyone; servers run for long. */
const WARM_UPS = 3;

/**
 * Turns in a second of the main thread, and in a second that passes (`.wall`), over all conversations;
 * each of them waits for its own answer before it goes on.
 */
export async function turnsPerSecond(key: string, takeTurn: TakeTurn): Promise<Reading> {
	for (let round = 0; round < WARM_UPS; round += 1) {
		await converseAtOnce(CONVERSATIONS, `warm-up-${round}`, takeTurn);
	}
	const { cpuUs, wallUs } = await timed(() => converseAtOnce(CONVERSATIONS, 'conversation', takeTurn));
	const turns = CONVERSATIONS * TURNS;
	return { [key]: (turns * 1e6) / cpuUs, [`${key}.wall`]: (turns * 1e6) / wallUs };
}

async function converseAtOnce(count: number, name: string, takeTurn: TakeTurn): Promise<void> {
	await Promise.all(Array.from({ length: count }, (_, index) => converse(`${name}-${index}`, takeTurn)));
}

async function converse(name: string, takeTurn: TakeTurn): Promise<void> {
	for (let turn = 0; turn < TURNS; turn += 1) await takeTurn(name, turn);
}
