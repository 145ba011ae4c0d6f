/** What the demo's stand-in model knows: scripted answers that follow the three example graphs. */

/** Facts that can be read out of the user's words, by the name of the schema's property. */
const FACTS = {
	visit_reason:
		/\b(sore throat|headache|migraine|fever|flu|cough|back pain|rash|check-?up|vaccination|blood test|knee|ear(?:ache)?)\b/i,
	preferred_day: /\b((?:next )?(?:monday|tuesday|wednesday|thursday|friday)|tomorrow|today|next week)\b/i,
	cancelled_day: /\b((?:next )?(?:monday|tuesday|wednesday|thursday|friday)|tomorrow|today|next week)\b/i,
	medicine:
		/\b((?:metformin|lisinopril|atorvastatin|amoxicillin|ibuprofen|oxycodone|alprazolam)(?: \d+ ?mg)?)\b/i,
	pharmacy: /\b((?:main street|corner|oak|city|hill) ?(?:pharmacy|drugs?)?)\b/i,
	plan_name: /\b(medicare|medicaid|blue cross|aetna|cigna|humana|united ?healthcare)\b/i,
};
const CONTROLLED = /\b(oxycodone|alprazolam)\b/i;

/** Which words of the user make a condition of an edge true. The first group is searched in the condition. */
const ROUTES = [
	[/chest pain/, /chest pain|can(?:no|')t breathe|bleeding|stroke|suicid|emergency/i],
	[/book an appointment/, /\b(book|appointment|visit|see (?:a|the|my) doctor)\b/i],
	[/cancel an appointment/, /\bcancel/i],
	[/is booked as read back/, /\b(yes|yeah|correct|right|please do|book it|sounds good)\b/i],
	[/names another reason/, /\b(no|rather|instead|change|another)\b/i],
	[/plan is accepted/, /\b(accept|cover|take|plan|medicare|medicaid|blue cross|aetna|cigna|humana|united)/i],
	[/a bill or a payment/, /\b(bill|invoice|pay|payment|charge)/i],
	[/asks for a person/, /\b(person|human|agent|somebody|someone)\b/i],
	[/another question about insurance/, /\b(another|also|one more|what about|bill|cover|accept)/i],
	[/needs nothing else/, /\b(no|nothing|bye|goodbye|that(?:'s| is) all|thanks|thank you)\b/i],
];

/** What to say at which node, told by the node's prompt; `known` holds the facts read so far. */
const REPLIES = [
	[
		/Ask how you can help/,
		({ user, system }) => {
			if (/hour|open|close/i.test(user))
				return `We are open ${between(system, 'Opening hours: ', '.')}. How can I help you?`;
			if (/where|address|parking|way to/i.test(user))
				return `You find us at ${between(system, 'Address: ', '.')}. How can I help you?`;
			return 'How can I help you today?';
		},
	],
	[
		/Find out what the visit is for/,
		({ known }) => {
			if (known.visit_reason && known.preferred_day) return 'Thank you.';
			if (known.visit_reason) return 'Which day suits you?';
			if (known.preferred_day) return 'What is the visit for?';
			return 'Of course. What is the visit for, and which day suits you?';
		},
	],
	[
		/should be booked: /,
		({ system }) => `That is a visit for ${between(system, 'should be booked: ', '.')}. Shall I book it?`,
	],
	[
		/visit that should be cancelled/,
		({ known }) =>
			known.cancelled_day
				? `Your visit on ${known.cancelled_day} is cancelled.`
				: 'Which day is the visit that you want to cancel?',
	],
	[
		/Known so far: medicine/,
		({ known }) =>
			known.medicine
				? 'Which pharmacy should fill it?'
				: 'Which medicine do you need, and in which strength?',
	],
	[/Greet the caller/, () => 'Hello. What is your question about insurance?'],
	[/coverage or about a bill/, () => 'Is your question about what a plan covers, or about a bill?'],
	[
		/Say whether .* accepts it/,
		({ system }) => {
			const plan = between(system, 'about the plan "', '"');
			const accepts =
				system.toLowerCase().includes(plan.toLowerCase()) && !/cigna|humana|united|medicaid/i.test(plan);
			return `${accepts ? `Yes, we accept ${plan}.` : `I am sorry, ${plan} is not among the plans we accept.`} Is there another question?`;
		},
	],
	[
		/settled by the billing office/,
		({ system }) =>
			`Our billing office settles that at ${between(system, 'billing office at ', ',')}. Is there another question?`,
	],
];

const UNKNOWN =
	'I am the stand-in model of this demo and know the example graphs only. Start n8n with OPENAI_API_KEY set to talk to a real model.';

function between(text, start, end) {
	const from = text.indexOf(start);
	if (from < 0) return '';
	const to = text.indexOf(end, from + start.length);
	return text.slice(from + start.length, to < 0 ? undefined : to);
}

/** The latest mention of every fact in what the user said so far. */
function factsOf(userTexts) {
	const found = {};
	for (const text of userTexts) {
		for (const [name, pattern] of Object.entries(FACTS)) {
			const match = pattern.exec(text);
			if (match) found[name] = match[1];
		}
		if (CONTROLLED.test(text)) found.controlled = true;
	}
	return found;
}

/**
 * The values of a JSON Schema's properties, as far as the user said them; the rest empty or false.
 *
 * @param {{ properties?: Record<string, { type?: string | string[] }> }} schema
 * @param {string[]} userTexts
 */
function fill(schema, userTexts) {
	const known = factsOf(userTexts);
	const entries = Object.entries(schema.properties ?? {}).map(([name, { type }]) => {
		if (name === 'justification') return [name, 'The caller said so.'];
		return [name, known[name] ?? ([type].flat().includes('boolean') ? false : '')];
	});
	return Object.fromEntries(entries);
}

/** True when the last words of the user make the condition hold. */
function holds(condition, user) {
	return ROUTES.some(([topic, words]) => topic.test(condition) && words.test(user));
}

/** The reply of the node whose prompt this is. */
function replyOf(system, userTexts) {
	const user = userTexts.at(-1) ?? '';
	const rule = REPLIES.find(([prompt]) => prompt.test(system));
	return rule ? rule[1]({ user, system, known: factsOf(userTexts) }) : UNKNOWN;
}

module.exports = { fill, holds, replyOf };
