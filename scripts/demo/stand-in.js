/** The model of a demo without a key: an OpenAI-compatible server that answers by script. */

const { LLMock } = require('@copilotkit/aimock');
const { fill, holds, replyOf } = require('./answers');

/**
 * Starts the server on a free port of the loopback address.
 *
 * @returns {Promise<{ url: string, stop(): Promise<void> }>} `url` ends in /v1.
 */
async function startStandIn() {
	const server = new LLMock({ host: '127.0.0.1', port: 0, journalMaxEntries: 20, logLevel: 'silent' });
	server.on({ predicate: () => true }, answer);
	const url = await server.start();
	return { url: `${url}/v1`, stop: () => server.stop() };
}

/**
 * One model call: an edge if its condition holds, a filled schema if one is asked for, else a reply.
 *
 * @type {import('@copilotkit/aimock').ResponseFactory}
 */
function answer({ messages, tools = [], response_format: format }) {
	const system = textOf(messages, 'system').join('\n');
	const userTexts = textOf(messages, 'user');
	const schema = format?.json_schema?.schema;
	if (schema) return { content: JSON.stringify(fill(schema, userTexts)) };
	const functions = tools.map((tool) => tool.function ?? tool);
	const edge = functions.find(({ description }) => holds(description ?? '', userTexts.at(-1) ?? ''));
	if (edge)
		return {
			toolCalls: [{ name: edge.name, arguments: JSON.stringify(fill(edge.parameters ?? {}, userTexts)) }],
		};
	return { content: replyOf(system, userTexts) };
}

function textOf(messages, role) {
	return messages
		.filter((message) => message.role === role)
		.map(({ content }) =>
			Array.isArray(content) ? content.map((part) => part.text ?? '').join('') : (content ?? ''),
		);
}

module.exports = { answer, startStandIn };
