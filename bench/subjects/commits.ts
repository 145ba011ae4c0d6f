/** The least that a durable step can be: one insert in a commit of its own, SQLite NORMAL. */

import { medianTime, perPiece, report } from '../subject.ts';
import { openDatabase } from '../sqlite.ts';

const COMMITS = 1000;

await report(async (folder) => {
	const database = openDatabase(folder, 'normal');
	database.exec('create table log (position integer primary key, data text not null)');
	const insert = database.prepare('insert into log (data) values (?)');
	const data = JSON.stringify({ type: 'stepped', node: 'node_500', result: true });
	const taken = await medianTime(
		() => {
			for (let commit = 0; commit < COMMITS; commit += 1) insert.run(data);
		},
		{ warmUps: 2, times: 9 },
	);
	database.close();
	return perPiece('durable.floor', taken, COMMITS);
});
