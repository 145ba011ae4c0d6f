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
	/**
	 * `atMostOnce` (default): the place is stored before a thing is told, so a process killed in between
	 * tells it never. `atLeastOnce`: the place passes a thing when `onHappening` has fulfilled for it; until
	 * then the next watch of this name tells it again. The listener knows a thing that it had by its id.
	 */
	delivery?: 'atMostOnce' | 'atLeastOnce';
	/**
	 * Called in the order of the log. With `atMostOnce` one after the other, and a rejection is logged and not
	 * repeated; with `atLeastOnce` without waiting, and again after a rejection, five times within half a minute.
	 */
	onHappening(happening: Happening): void | Promise<void>;
}

export interface Watch {
	/** Tells nothing further; what is being told one after the other is waited for. */
	stop(): Promise<void>;
}

/** Scope of the settings in which watches keep their places. */
export const WATCH_SCOPE = 'watch';

const pageSize = 200;
/** Pauses before a thing is told again that was refused. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/**
 * Begins to watch.
 *
 * @throws {StoreError} The place to begin at cannot be read or stored.
 */
export async function startWatch(parts: RunnerParts, options: WatchOptions): Promise<Watch> {
	const { store, ports } = parts;
	const { clock, log } = ports;
	const { name, everyMs = 2_000, wants, onHappening, delivery = 'atMostOnce' } = options;
	const happeningsOf = createHappenings(parts);
	const stopping = new AbortController();
	const { signal } = stopping;
	/** Up to here the log was read. */
	let position = await begin();
	/** Where the things stand that were told and not yet taken, the oldest first. */
	const untaken = new Set<number>();
	let saving: Promise<void> = Promise.resolve();
	let hasEnded = false;
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

	/** Stores how far everything is taken; one after the other, so that the place never goes back. */
	function saveTaken(): Promise<void> {
		const next = saving.then(async () => {
			// After the end the place belongs to the next watch of this name.
			if (hasEnded) return;
			const [oldest = position + 1] = untaken;
			await save(oldest - 1);
		});
		saving = next.catch(() => undefined);
		return next;
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
				if (delivery === 'atMostOnce') await save(happening.position);
				else untaken.add(happening.position);
				position = happening.position;
				if (delivery === 'atMostOnce') await tell(happening);
				else void tellUntilTaken(happening);
			}
			if (position === last.position) continue;
			if (delivery === 'atMostOnce') await save(last.position);
			position = last.position;
			if (delivery === 'atLeastOnce') await saveTaken();
		}
	}

	async function tellUntilTaken(happening: Happening): Promise<void> {
		for (const pauseMs of [...pausesMs, null]) {
			try {
				await onHappening(happening);
				break;
			} catch (error) {
				if (pauseMs === null) logUntold(happening, error);
				else await clock.sleep(pauseMs, signal).catch(() => undefined);
				if (signal.aborted) return;
			}
		}
		untaken.delete(happening.position);
		await saveTaken().catch(logUnsaved);
	}

	/** A later place stands for this one too; until it is stored, a restart tells again. */
	function logUnsaved(error: unknown): void {
		log.warn('The place of a watch could not be stored.', { watch: name, error: messageOf(error) });
	}

	async function tell(happening: Happening): Promise<void> {
		try {
			await onHappening(happening);
		} catch (error) {
			logUntold(happening, error);
		}
	}

	function logUntold({ id }: Happening, error: unknown): void {
		log.error('What happened to a run could not be passed on.', {
			watch: name,
			id,
			error: messageOf(error),
		});
	}

	return {
		async stop() {
			unlisten();
			stopping.abort(new Error('The watch ends.'));
			wake();
			await watching;
			if (delivery === 'atLeastOnce') await saveTaken().catch(logUnsaved);
			hasEnded = true;
		},
	};
}
