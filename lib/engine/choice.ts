/** Choosing one of several messages: by chance, or each in its turn and then the last (R7.8.3). */

import { draw } from './random';
import type { RunState } from './state';

export interface Choice {
	/** How many there are to choose from, at least one. */
	length: number;
	mode: 'random' | 'sequence';
	/** Under this name the run remembers how far a sequence has come. */
	listKey: string;
	/** What the choice is for: the same label gives the same chance. */
	label: string;
}

/** The position chosen; `messageChosen` makes the run remember it. */
export function choosePosition(state: RunState, { length, mode, listKey, label }: Choice): number {
	if (mode === 'sequence') return Math.min((state.messagePositions[listKey] ?? -1) + 1, length - 1);
	return Math.floor(draw(state.seed, label) * length);
}
