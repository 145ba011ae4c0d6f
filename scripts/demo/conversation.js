/** The scripted conversation of `npm start -- --check`, and what its replies must contain. */

const APPOINTMENT_CHAT = 'interactly-appointment';

/**
 * One line of the caller, and words that the reply must hold when the stand-in model answers.
 *
 * @type {Array<[string, string[]]>}
 */
const LINES = [
	['Hello', ['Thank you for calling Elm Street Clinic', 'How can I help']],
	['When are you open?', ['8 am to 5 pm']],
	['I would like to book an appointment', ['which day']],
	['A sore throat, on Tuesday if possible', ['sore throat', 'Tuesday', 'Shall I book it']],
	['Yes please', ['booked', 'Goodbye']],
];

/**
 * Talks through the public chat, printing both sides.
 *
 * @param {{ client: import('../n8n/client').N8nClient, say(line: string): void, checksWords: boolean }} options
 *   `checksWords`: compare the replies with the script; with a real model only their presence is checked.
 * @returns {Promise<string[]>} What went wrong; empty when all is well.
 */
async function holdConversation({ client, say, checksWords }) {
	const sessionId = `check-${Date.now().toString(36)}`;
	const faults = [];
	for (const [text, words] of LINES) {
		say(`  caller: ${text}`);
		const reply = await client.chat({ webhookId: APPOINTMENT_CHAT, sessionId, text });
		say(`  clinic: ${reply.replace(/\s*\n+\s*/g, ' ')}`);
		const missing = checksWords ? words.filter((word) => !reply.includes(word)) : [];
		if (reply.trim() === '') faults.push(`The reply to "${text}" is empty.`);
		else if (missing.length > 0)
			faults.push(`The reply to "${text}" lacks ${missing.map((word) => `"${word}"`).join(', ')}.`);
	}
	return faults;
}

module.exports = { APPOINTMENT_CHAT, LINES, holdConversation };
