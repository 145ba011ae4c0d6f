/** A process that dies at any append: what it wrote holds, what it began is finished, effects happen once. */

import type { Ports } from '../../lib/engine/contract';
import type { JsonObject } from '../../lib/json';
import type { AppendRequest, Store } from '../../lib/store/contract';
import { StoreError } from '../../lib/errors';
import { direct, graphOf, openRoom, say, talk, type Room } from './room';

let room: Room;
afterEach(() => room.close());

/** Thrown in place of a death: the runner that sees it is not used again. */
class Death extends StoreError {
	constructor() {
		super('STORE_FAILED', 'The process died here.');
	}
}

/** A store whose process dies at one append, before or after it is durable; the lease stays taken. */
function mortal(store: Store, death: { at: number; after: boolean }): Store {
	let appends = 0;
	let isDead = false;
	return {
		...store,
		append: async (request: AppendRequest) => {
			if (isDead) throw new Death();
			isDead = appends === death.at;
			appends += 1;
			if (!isDead) return await store.append(request);
			if (death.after) await store.append(request);
			throw new Death();
		},
		release: async (lease) => {
			if (!isDead) await store.release(lease);
		},
	};
}

const http: JsonObject = {
	type: 'http_request',
	logical_id: 'book',
	url: 'https://clinic.example/book',
	method: 'POST',
};
const graph = graphOf(
	[say('hello', 'Hello.'), http, talk('talk')],
	[direct('hello', 'book'), direct('book', 'talk')],
);

/** Holds the conversation, dying once at the given append of the given turn; returns what is left of it. */
async function converse(
	death: { turn: number; at: number; after: boolean } | null,
	durability: 'step' | 'turn',
) {
	let bookings = 0;
	room = await openRoom({ durability });
	const ports: Ports = {
		...room.ports,
		http: {
			send: async () => {
				bookings += 1;
				return await Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"booked":true}') });
			},
		},
	};
	const alive = room.another({ ports });
	let died = 0;
	let runId = '';
	const errors: string[] = [];
	let pauses = 0;
	for (const [index, message] of [null, 'one', 'two'].entries()) {
		const request = {
			...(index === 0
				? { sessionKey: 's', source: { type: 'document', document: graph } as const }
				: { sessionKey: 's' }),
			message,
			idempotencyKey: `key ${index}`,
		};
		if (death?.turn === index) {
			const mortalRunner = room.another({ ports, store: mortal(room.store, death) });
			await mortalRunner.turn(request).then(
				() => undefined,
				() => (died += 1),
			);
			await room.clock.move(30_001);
		}
		let result = await alive.turn(request);
		if (result.error !== null) errors.push(result.error.code);
		if (result.status === 'paused') {
			pauses += 1;
			result = await alive.turn({ sessionKey: 's', command: 'resume' });
		}
		runId = result.runId;
	}
	const record = await alive.record(runId);
	return {
		died,
		errors,
		pauses,
		bookings,
		transcript: await alive.transcript(runId),
		status: record.status,
		turns: (record.input_output_pairs as unknown[]).length,
	};
}

describe.each(['step', 'turn'] as const)('durability %s', (durability) => {
	test('the conversation without a crash', async () => {
		expect(await converse(null, durability)).toEqual({
			died: 0,
			errors: [],
			pauses: 0,
			bookings: 1,
			transcript:
				'Assistant: Hello.\nUser: one\nAssistant: You said: one\nUser: two\nAssistant: You said: two',
			status: 'waiting_for_user_input',
			turns: 3,
		});
	});

	for (const after of [false, true]) {
		for (const turn of [0, 1]) {
			test(`a crash ${after ? 'after' : 'before'} any append of turn ${turn + 1} changes nothing in the end`, async () => {
				const whole = await converse(null, durability);
				await room.close();
				let at = 0;
				let attempts = 0;
				for (; ; at += 1) {
					const left = await converse({ turn, at, after }, durability);
					if (left.died === 0) break;
					attempts += 1;
					if (left.pauses === 0) {
						expect({ ...left, died: 0 }).toEqual(whole);
					} else {
						// Whether the booking took effect is unknown: it is not made again, the turn says so, the run goes on.
						expect(left).toMatchObject({
							errors: ['EFFECT_OUTCOME_UNKNOWN'],
							pauses: 1,
							turns: 4,
							status: whole.status,
							transcript: whole.transcript,
						});
						expect(left.bookings).toBeLessThanOrEqual(1);
					}
					await room.close();
				}
				expect(attempts).toBeGreaterThan(0);
			});
		}
	}
});
