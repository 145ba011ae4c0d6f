/** Finds TCP ports of the loopback address that nobody listens on. */

const { createServer } = require('node:net');

/**
 * The first free port from `first` on; with 0, any port the system has free.
 *
 * @param {number} first
 * @returns {Promise<number>}
 */
async function freePort(first = 0) {
	for (let port = first; port < first + 50; port += 1) {
		const found = await listenOnce(port);
		if (found !== null) return found;
	}
	throw new Error(`None of the ports ${first} to ${first + 49} is free on 127.0.0.1.`);
}

function listenOnce(port) {
	return new Promise((done, fail) => {
		const server = createServer();
		server.once('error', (error) =>
			error.code === 'EADDRINUSE' || error.code === 'EACCES' ? done(null) : fail(error),
		);
		server.listen(port, '127.0.0.1', () => {
			const found = server.address().port;
			server.close(() => done(found));
		});
	});
}

module.exports = { freePort };
