/** Fifty conversations of twenty turns at once, for whoever takes the turns. */

import { timed } from './subject.ts';

export const CONVERSATIONS = 50;
export const TURNS = 20;

export type TakeTurn = (conversation: string, turn: number) => Promise<void> | void;

/** Turns per second over all conversations, each of which waits for its own answer before it goes on. */
export async function turnsPerSecond(takeTurn: TakeTurn): Promise<number> {
	// Code that has not run yet is slow for everyone; two conversations warm it up.
	await Promise.all(['warm-up-1', 'warm-up-2'].map((name) => converse(name, takeTurn)));
	const us = await timed(() =>
		Promise.all(
			Array.from({ length: CONVERSATIONS }, (_, index) => converse(`conversation-${index}`, takeTurn)),
		),
	);
	return (CONVERSATIONS * TURNS * 1e6) / us;
}

async function converse(name: string, takeTurn: TakeTurn): Promise<void> {
	for (let turn = 0; turn < TURNS; turn += 1) await takeTurn(name, turn);
}
