/** better-sqlite3 as LangGraph's SQLite saver uses it, over Node's own SQLite, so that nothing must be compiled. */

const { DatabaseSync } = require('node:sqlite');

/** Where node:sqlite refuses `undefined`, better-sqlite3 stores null. */
const bound = (parameters) => parameters.map((value) => (value === undefined ? null : value));

class Statement {
	#statement;

	constructor(statement) {
		this.#statement = statement;
	}

	run(...parameters) {
		return this.#statement.run(...bound(parameters));
	}

	get(...parameters) {
		return this.#statement.get(...bound(parameters));
	}

	all(...parameters) {
		return this.#statement.all(...bound(parameters));
	}
}

class Database {
	#database;
	#prepared = new Map();

	constructor(path) {
		this.#database = new DatabaseSync(path);
	}

	pragma(text) {
		return this.#database.prepare(`pragma ${text}`).all();
	}

	exec(text) {
		this.#database.exec(text);
		return this;
	}

	/** Prepared once for each text, which the peer's own driver does not do: a favor to the peer. */
	prepare(text) {
		let statement = this.#prepared.get(text);
		if (statement === undefined) {
			statement = new Statement(this.#database.prepare(text));
			this.#prepared.set(text, statement);
		}
		return statement;
	}

	transaction(work) {
		return (...parameters) => {
			this.#database.exec('begin');
			try {
				const result = work(...parameters);
				this.#database.exec('commit');
				return result;
			} catch (error) {
				this.#database.exec('rollback');
				throw error;
			}
		};
	}

	close() {
		this.#prepared.clear();
		this.#database.close();
	}
}

module.exports = Database;
module.exports.default = Database;
