/** Comments and ratings as a run's log adds them up, in the wire's words (R9.56–R9.58). */

import type { RunEvent } from '../engine/contract';
import type { JsonObject } from '../json';
import type { FeedbackTarget } from './contract';

type Given = Extract<RunEvent, { type: 'feedbackGiven' }>;

export interface CollectedFeedback {
	of(target: FeedbackTarget): { comments: JsonObject[]; ratings: JsonObject[] };
	/** Everyone who gave feedback, by id. */
	users: JsonObject;
}

export function targetKey(target: FeedbackTarget): string {
	switch (target.type) {
		case 'run':
			return 'run';
		case 'turn':
			return `turn ${target.turn}`;
		case 'event':
			return `event ${target.eventId}`;
	}
}

function keyOf({ target, turn, eventId }: Given): string {
	if (target === 'turn') return targetKey({ type: 'turn', turn: turn ?? -1 });
	return target === 'event' ? targetKey({ type: 'event', eventId: eventId ?? '' }) : 'run';
}

export function userIdOf({ user }: Given): string | null {
	return typeof user?.id === 'string' ? user.id : null;
}

export function collectFeedback(events: readonly RunEvent[]): CollectedFeedback {
	const comments = new Map<string, Given[]>();
	const ratings = new Map<string, Given[]>();
	const users: JsonObject = {};
	for (const event of events) {
		if (event.type !== 'feedbackGiven') continue;
		const lists = event.kind === 'comment' ? comments : ratings;
		const key = keyOf(event);
		// One rating a user and target: a new one replaces the old.
		const others = (lists.get(key) ?? []).filter((given) =>
			event.kind === 'comment' ? given.feedbackId !== event.feedbackId : userIdOf(given) !== userIdOf(event),
		);
		lists.set(key, event.removed ? others : [...others, event]);
		const id = userIdOf(event);
		if (id !== null && event.user !== null) users[id] = event.user;
	}
	return {
		of: (target) => ({
			comments: (comments.get(targetKey(target)) ?? []).map(toComment),
			ratings: (ratings.get(targetKey(target)) ?? []).map(toRating),
		}),
		users,
	};
}

function stamp(event: Given): JsonObject {
	const at = new Date(event.at).toISOString();
	const by = userIdOf(event);
	return { createdBy: by, updatedBy: by, createdAt: at, updatedAt: at };
}

function toComment(event: Given): JsonObject {
	return { logical_id: event.feedbackId, content: event.text ?? '', ...stamp(event) };
}

function toRating(event: Given): JsonObject {
	return { logical_id: event.feedbackId, value: event.rating, ...stamp(event) };
}
