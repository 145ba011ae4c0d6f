/** Comments and ratings on finished runs, kept as events of the run (R9.55–R9.58). */

import { randomUUID } from 'node:crypto';
import type { RunEvent } from '../engine/contract';
import { isTerminal } from '../engine/engine';
import { RunError } from '../errors';
import type { JsonObject } from '../json';
import type { FeedbackList, FeedbackTarget, NewFeedback, Runner } from './contract';
import { collectFeedback } from './feedback-list';
import { claimRun } from './lease';
import type { LiveRun } from './live';
import { readEvents } from './log';
import { newOwner } from './owner';
import type { RunnerParts } from './parts';
import { buildPairs } from './record';

type Given = Extract<RunEvent, { type: 'feedbackGiven' }>;

const maxCommentLength = 5000;
const ratings = ['down', 'up', 'strong_up'];

export function createFeedback(parts: RunnerParts): Pick<Runner, 'giveFeedback' | 'removeFeedback'> {
	const { store, engine, ports, lives } = parts;
	const { clock } = ports;

	/** Appends what `write` makes of the run's events, and returns all feedback of the target. */
	async function append(
		runId: string,
		target: FeedbackTarget,
		write: (events: readonly RunEvent[]) => Given,
	): Promise<FeedbackList> {
		const { run, lease } = await claimRun({ store, clock }, { runId, owner: newOwner(), whenBusy: 'wait' });
		let isReleased = false;
		try {
			const live = await lives.load(run);
			if (!isTerminal(live.state.status)) throw inProgress(runId);
			const events = await readEvents({ store, engine, graph: live.graph }, run);
			checkTarget(live, events, target);
			const event = write(events);
			lives.forget(runId);
			const data = engine.encodeEvents([event], live.graph);
			await store.append({ lease, expectedHead: live.head, data, release: true });
			isReleased = true;
			const feedback = collectFeedback([...events, event]);
			return { ...feedback.of(target), feedback_users: feedback.users };
		} finally {
			if (!isReleased) await store.release(lease);
		}
	}

	function checkTarget(live: LiveRun, events: readonly RunEvent[], target: FeedbackTarget): void {
		if (target.type === 'run') return;
		const { pairs } = buildPairs({ engine, graph: live.graph, events, globals: {} });
		const isKnown =
			target.type === 'turn'
				? pairs[target.turn] !== undefined
				: pairs.some((pair) => pair.run_output.events.some((event) => event.logical_id === target.eventId));
		if (isKnown) return;
		const what = target.type === 'turn' ? `turn ${target.turn}` : `event "${target.eventId}"`;
		throw new RunError('FEEDBACK_TARGET_UNKNOWN', `Run "${live.row.id}" has no ${what}.`, {
			status: 404,
			place: `run "${live.row.id}"`,
			advice: 'Turns count from 0; events are named by their logical id.',
		});
	}

	return {
		async giveFeedback(runId, feedback) {
			const { target } = feedback;
			// The record has a place for ratings of turns and events alone (R9.1, R9.50).
			if (target.type === 'run' && 'rating' in feedback)
				throw refused('a run as a whole takes comments only');
			const fields = readFeedback(feedback);
			return await append(runId, target, () => eventFor(target, { ...fields, at: clock.now() }));
		},
		removeFeedback(runId, removal) {
			const { target, user } = removal;
			const commentId = 'commentId' in removal ? removal.commentId : null;
			return append(runId, target, (events) => {
				const known = collectFeedback(events).of(target);
				const isKnown =
					commentId === null
						? known.ratings.some(({ createdBy }) => createdBy === user.id)
						: known.comments.some(({ logical_id: id }) => id === commentId);
				if (!isKnown) throw feedbackUnknown(runId, commentId);
				return eventFor(target, {
					at: clock.now(),
					kind: commentId === null ? 'rating' : 'comment',
					feedbackId: commentId ?? '',
					user: { ...user } as JsonObject,
					text: null,
					rating: null,
					removed: true,
				});
			});
		},
	};
}

type Fields = Omit<Given, 'type' | 'target' | 'turn' | 'eventId'>;

function eventFor(target: FeedbackTarget, fields: Fields): Given {
	return {
		type: 'feedbackGiven',
		target: target.type,
		turn: target.type === 'turn' ? target.turn : null,
		eventId: target.type === 'event' ? target.eventId : null,
		...fields,
	};
}

function readFeedback(feedback: NewFeedback): Omit<Fields, 'at'> {
	const user = { ...feedback.user } as JsonObject;
	if ('rating' in feedback) {
		if (!ratings.includes(feedback.rating)) throw refused(`a rating is one of ${ratings.join(', ')}`);
		return {
			kind: 'rating',
			feedbackId: `rating_${randomUUID()}`,
			user,
			text: null,
			rating: feedback.rating,
			removed: false,
		};
	}
	const text = feedback.comment.trim();
	if (text === '') throw refused('a comment must not be blank');
	if (lengthOf(text) > maxCommentLength)
		throw refused(`a comment has at most ${maxCommentLength} characters`);
	return { kind: 'comment', feedbackId: `comment_${randomUUID()}`, user, text, rating: null, removed: false };
}

/** In characters, as people count them: half of a surrogate pair is none. */
function lengthOf(text: string): number {
	return text.length <= maxCommentLength ? text.length : [...text].length;
}

function refused(why: string): RunError {
	return new RunError('FEEDBACK_REFUSED', `The feedback cannot be taken: ${why}.`, {
		status: 422,
		advice: 'Correct it and send it again.',
	});
}

function inProgress(runId: string): RunError {
	return new RunError(
		'RUN_IN_PROGRESS',
		`Run "${runId}" is still in progress and takes no feedback yet (R9.55).`,
		{
			status: 409,
			place: `run "${runId}"`,
			advice: 'Wait until the run is finished.',
		},
	);
}

function feedbackUnknown(runId: string, commentId: string | null): RunError {
	const what = commentId === null ? 'rating of this user' : `comment "${commentId}"`;
	return new RunError('FEEDBACK_UNKNOWN', `The target has no ${what}.`, {
		status: 404,
		place: `run "${runId}"`,
		advice: 'Read the run record to see what feedback there is.',
	});
}
