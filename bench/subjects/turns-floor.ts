/**
 * The least durable turn: the message is on disk before a model is asked and the reply before it is
 * given, one row in a log and the run's own row each time.
 */

import { randomUUID } from 'node:crypto';
import { turnsPerSecond } from '../conversations.ts';
import { MESSAGE, REPLY } from '../ours.ts';
import { openDatabase, type Synchronous } from '../sqlite.ts';
import { argument, report } from '../subject.ts';

await report(async (folder) => {
	const synchronous = argument(0) as Synchronous;
	const database = openDatabase(folder, synchronous);
	database.exec('create table run (id text primary key, head integer not null)');
	database.exec(
		'create table log (position integer primary key, run_id text not null, number integer not null, data text not null)',
	);
	const begin = database.prepare('begin immediate');
	const commit = database.prepare('commit');
	const create = database.prepare('insert or ignore into run (id, head) values (?, 0)');
	const insert = database.prepare('insert into log (run_id, number, data) values (?, ?, ?)');
	const advance = database.prepare('update run set head = ? where id = ?');

	const write = (id: string, number: number, event: object) => {
		begin.run();
		if (number === 0) create.run(id);
		insert.run(id, number, JSON.stringify(event));
		advance.run(number + 1, id);
		commit.run();
	};

	const reading = await turnsPerSecond(`turns.floor.${synchronous}`, async (conversation, turn) => {
		write(conversation, 2 * turn, { type: 'received', id: randomUUID(), at: Date.now(), text: MESSAGE });
		const text = await Promise.resolve(REPLY);
		write(conversation, 2 * turn + 1, { type: 'said', id: randomUUID(), at: Date.now(), text });
	});
	database.close();
	return reading;
});
