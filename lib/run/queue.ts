/** One after another by key: commands of one run, first messages of one session. */

/** A place in a line, taken at once; whoever holds it must leave it. */
export interface Place {
	/** Resolves when everyone before has left. */
	ready: Promise<void>;
	/** True when nobody was before. */
	isFirst: boolean;
	leave(): void;
}

export interface Queue {
	enter(key: string): Place;
	/** Number of keys somebody waits or works for. */
	readonly size: number;
	/** Resolves when every line is empty. */
	whenIdle(): Promise<void>;
}

export function createQueue(): Queue {
	/** Every line in order; the first in it is the one at work. */
	const lines = new Map<string, Array<() => void>>();
	let idle: Array<() => void> = [];

	function enter(key: string): Place {
		const line = lines.get(key) ?? [];
		lines.set(key, line);
		let open: () => void = () => undefined;
		const isFirst = line.length === 0;
		const ready = isFirst ? Promise.resolve() : new Promise<void>((resolve) => (open = resolve));
		const mine = () => open();
		line.push(mine);
		return { ready, isFirst, leave: () => leave(key, line, mine) };
	}

	function leave(key: string, line: Array<() => void>, mine: () => void): void {
		const index = line.indexOf(mine);
		if (index < 0) return;
		line.splice(index, 1);
		if (index === 0) line[0]?.();
		if (line.length > 0) return;
		lines.delete(key);
		if (lines.size > 0) return;
		for (const resolve of idle) resolve();
		idle = [];
	}

	return {
		enter,
		get size() {
			return lines.size;
		},
		whenIdle: () => (lines.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
	};
}
