/** Fifty conversations of twenty turns in XState, each turn ending with its snapshot in one SQLite row. */

import { assign, createActor, fromPromise, setup, waitFor, type Actor } from 'xstate';
import { turnsPerSecond } from '../conversations.ts';
import { MESSAGE, REPLY } from '../ours.ts';
import { openDatabase } from '../sqlite.ts';
import { report } from '../subject.ts';

type Chat = { messages: Array<{ role: 'user' | 'assistant'; text: string }> };

const machine = setup({
	types: { context: {} as Chat, events: {} as { type: 'USER'; text: string } },
	actors: { model: fromPromise(() => Promise.resolve(REPLY)) },
}).createMachine({
	initial: 'waiting',
	context: { messages: [] },
	states: {
		waiting: {
			on: {
				USER: {
					target: 'answering',
					actions: assign(({ context, event }) => ({
						messages: [...context.messages, { role: 'user' as const, text: event.text }],
					})),
				},
			},
		},
		answering: {
			invoke: {
				src: 'model',
				onDone: {
					target: 'waiting',
					actions: assign(({ context, event }) => ({
						messages: [...context.messages, { role: 'assistant' as const, text: event.output }],
					})),
				},
			},
		},
	},
});

await report(async (folder) => {
	const database = openDatabase(folder, 'normal');
	database.exec('create table snapshot (id text primary key, data text not null)');
	const save = database.prepare('insert or replace into snapshot (id, data) values (?, ?)');
	const actors = new Map<string, Actor<typeof machine>>();

	const reading = await turnsPerSecond('turns.xstate', async (conversation) => {
		const actor = actors.get(conversation) ?? createActor(machine).start();
		actors.set(conversation, actor);
		actor.send({ type: 'USER', text: MESSAGE });
		await waitFor(actor, (snapshot) => snapshot.matches('waiting'));
		save.run(conversation, JSON.stringify(actor.getPersistedSnapshot()));
	});
	for (const actor of actors.values()) actor.stop();
	database.close();
	return reading;
});
