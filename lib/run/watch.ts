/** Tells what happens to the runs of a store, in this process and in others, each thing once. */

import { codeOf, messageOf } from '../errors';
import { isJsonObject } from '../json';
import { createHappenings, type Happening } from './happenings';
import type { RunnerParts } from './parts';

export interface WatchOptions {
	/** Under this name the store remembers how far the watch has come. */
	name: string;
	/** `last`: go on where the watch of this name stopped, from now when there was none. `now`: skip what was missed. */
	from: 'last' | 'now';
	/** How often other processes' doings are looked for, in milliseconds. Default 2,000. */
	everyMs?: number;
	/** What is told; the rest is passed over. */
	wants(happening: Happening): boolean;
	/** Called one after the other, in the order of the log. A rejection is logged and not repeated. */
	onHappening(happening: Happening): void | Promise<void>;
}

export interface Watch {
	/** Tells nothing further; what is being told is waited for. */
	stop(): Promise<void>;
}

/** Scope of the settings in which watches keep their places. */
export const WATCH_SCOPE = 'watch';

const pageSize = 200;

/**
 * Begins to watch. The place is stored before something is told: a process killed in between tells it
 * never rather than twice.
 *
 * @throws {StoreError} The place to begin at cannot be read or stored.
 */
export async function startWatch(parts: RunnerParts, options: WatchOptions): Promise<Watch> {
	const { store, ports } = parts;
	const { clock, log } = ports;
	const { name, everyMs = 2_000, wants, onHappening } = options;
	const happeningsOf = createHappenings(parts);
	const stopping = new AbortController();
	const { signal } = stopping;
	let position = await begin();
	let hasRung = false;
	let wake: () => void = () => undefined;
	const unlisten = parts.bell.listen(() => {
		hasRung = true;
		wake();
	});
	const watching = watch();

	async function begin(): Promise<number> {
		const newest = await store.lastPosition();
		const kept = options.from === 'last' ? await store.getSetting(WATCH_SCOPE, name) : null;
		const from = isJsonObject(kept) && typeof kept.position === 'number' ? kept.position : newest;
		await save(from);
		return from;
	}

	async function save(reached: number): Promise<void> {
		await store.putSetting(WATCH_SCOPE, name, { position: reached });
	}

	async function watch(): Promise<void> {
		while (!signal.aborted) {
			hasRung = false;
			try {
				await tellNews();
			} catch (error) {
				log.warn('What happened to runs could not be read.', {
					watch: name,
					code: codeOf(error),
					error: messageOf(error),
				});
			}
			await pause();
		}
	}

	async function pause(): Promise<void> {
		if (hasRung || signal.aborted) return;
		const awake = new AbortController();
		wake = () => awake.abort(new Error('Something happened.'));
		await clock.sleep(everyMs, awake.signal).catch(() => undefined);
	}

	async function tellNews(): Promise<void> {
		for (;;) {
			const written = await store.readWritten(position, pageSize);
			const last = written.at(-1);
			if (last === undefined) return;
			for (const happening of await happeningsOf(written)) {
				if (!wants(happening)) continue;
				if (signal.aborted) return;
				await save(happening.position);
				position = happening.position;
				await tell(happening);
			}
			if (position !== last.position) await save(last.position);
			position = last.position;
		}
	}

	async function tell(happening: Happening): Promise<void> {
		try {
			await onHappening(happening);
		} catch (error) {
			log.error('What happened to a run could not be passed on.', {
				watch: name,
				id: happening.id,
				error: messageOf(error),
			});
		}
	}

	return {
		async stop() {
			unlisten();
			stopping.abort(new Error('The watch ends.'));
			wake();
			await watching;
		},
	};
}
