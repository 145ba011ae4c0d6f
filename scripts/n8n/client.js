/** Talks to a running n8n as its owner: account, credentials, workflows, executions, and the public chat. */

/**
 * @typedef {{ email: string, password: string }} Owner
 */

class N8nClient {
	/** @param {string} url Address of the n8n, without a slash at the end. */
	constructor(url) {
		this.url = url;
		this.cookie = '';
	}

	/**
	 * Creates the owner account, or signs in when it exists.
	 *
	 * @param {Owner} owner
	 */
	async signIn({ email, password }) {
		const { data } = await this.get('/rest/settings');
		const isNew = data.userManagement?.showSetupOnFirstLoad === true;
		const answer = isNew
			? await this.#send('POST', '/rest/owner/setup', {
					email,
					password,
					firstName: 'Demo',
					lastName: 'Owner',
				})
			: await this.#send('POST', '/rest/login', { emailOrLdapLoginId: email, password });
		this.cookie = answer.headers
			.getSetCookie()
			.map((line) => line.split(';')[0])
			.join('; ');
	}

	/** @returns {Promise<any>} The JSON answer. */
	async get(path) {
		return (await this.#send('GET', path)).json();
	}

	/** @returns {Promise<any>} The JSON answer. */
	async post(path, body, headers = {}) {
		return (await this.#send('POST', path, body, headers)).json();
	}

	/**
	 * Creates or overwrites the credential with this id.
	 *
	 * @param {{ id: string, name: string, type: string, data: object }} credential
	 */
	async putCredential({ id, ...content }) {
		const { data } = await this.get('/rest/credentials');
		const known = data.find((entry) => entry.id === id || entry.name === content.name);
		if (known) {
			await this.#send('PATCH', `/rest/credentials/${known.id}`, content);
			return known.id;
		}
		return (await this.post('/rest/credentials', content)).data.id;
	}

	/**
	 * Creates a workflow, or returns the one of the same name as it is.
	 *
	 * @param {{ name: string, nodes: object[], connections: object }} workflow
	 * @returns {Promise<{ id: string, versionId: string, created: boolean }>}
	 */
	async putWorkflow(workflow) {
		const { data } = await this.get('/rest/workflows');
		const known = data.find((entry) => entry.name === workflow.name);
		if (known) return { id: known.id, versionId: known.versionId, created: false };
		const { id: _id, active: _active, ...content } = workflow;
		const answer = await this.post('/rest/workflows', content);
		return { id: answer.data.id, versionId: answer.data.versionId, created: true };
	}

	/** @param {{ id: string, versionId: string }} workflow */
	async activate({ id, versionId }) {
		return this.post(`/rest/workflows/${id}/activate`, { versionId });
	}

	/**
	 * Sends one message to a public chat and returns the text of the reply, streamed or not.
	 *
	 * @param {{ webhookId: string, sessionId: string, text: string }} message
	 * @returns {Promise<string>}
	 */
	async chat({ webhookId, sessionId, text }) {
		const answer = await fetch(`${this.url}/webhook/${webhookId}/chat`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ action: 'sendMessage', sessionId, chatInput: text }),
		});
		const body = await answer.text();
		if (!answer.ok) throw new Error(`The chat answered ${answer.status}: ${body.slice(0, 500)}`);
		return readReply(body);
	}

	async #send(method, path, body, headers = {}) {
		const answer = await fetch(`${this.url}${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie, ...headers },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		if (!answer.ok) {
			throw new Error(
				`n8n answered ${answer.status} to ${method} ${path}: ${(await answer.text()).slice(0, 500)}`,
			);
		}
		return answer;
	}
}

/** A reply is one JSON object with `output`, or one line of JSON for every streamed piece. */
function readReply(body) {
	const lines = body
		.split('\n')
		.filter((line) => line.trim() !== '')
		.map((line) => JSON.parse(line));
	if (lines.length === 1 && lines[0].type === undefined)
		return String(lines[0].output ?? lines[0].text ?? body);
	const failure = lines.find((line) => line.type === 'error');
	if (failure) throw new Error(`The chat ended with an error: ${failure.content}`);
	return lines
		.filter((line) => line.type === 'item')
		.map((line) => line.content)
		.join('');
}

/** The object behind the `data` text of an execution: n8n stores it flattened, every string an index. */
function unflatten(text) {
	const table = JSON.parse(text);
	const done = new Map();
	const read = (index) => {
		if (done.has(index)) return done.get(index);
		const value = table[index];
		if (typeof value !== 'object' || value === null) return value;
		const copy = Array.isArray(value) ? [] : {};
		done.set(index, copy);
		for (const [key, entry] of Object.entries(value))
			copy[key] = typeof entry === 'string' ? read(entry) : entry;
		return copy;
	};
	return read('0');
}

module.exports = { N8nClient, unflatten };
