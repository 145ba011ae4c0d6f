/** Several models as one: who starts when, whose answer counts, and what becomes of the others (R8.4–R8.9). */

import { ConfigurationError, ProviderError } from '../errors';
import type { LlmConfig, LlmGroup } from '../graph/model';
import { ask, UnparsableOutputError, type Answer, type Question, type Surroundings } from './ask';
import { createForwarder } from './forward';
import { waitBefore } from './retry';

const DEFAULT_MIN_PATIENCE_MS = 1500;

interface Member {
	config: LlmConfig;
	rank: number;
	state: 'unstarted' | 'running' | 'failed';
	controller: AbortController | null;
	hasAnswered: boolean;
	answer: Answer | null;
	error: unknown;
	/** Text that came before this member was chosen. */
	held: string[];
	forward: (piece: string) => void;
}

/** Asks a group. @throws the best-ranked member's failure; {ProviderError} `LLM_GROUP_PATIENCE_SPENT`. */
export function askGroup(
	group: LlmGroup,
	question: Omit<Question, 'config'>,
	surroundings: Surroundings,
): Promise<Answer> {
	if (group.llms.length === 0) {
		return Promise.reject(
			new ConfigurationError('LLM_GROUP_EMPTY', 'the LLM group has no members, so nobody can answer (R8.9)', {
				advice: 'Add at least one LLM to the group, or choose a single LLM.',
			}),
		);
	}
	return new Promise((resolve, reject) => {
		runGroup({ group, question, surroundings, resolve, reject });
	});
}

interface GroupCall {
	group: LlmGroup;
	question: Omit<Question, 'config'>;
	surroundings: Surroundings;
	resolve: (answer: Answer) => void;
	reject: (error: unknown) => void;
}

function runGroup({ group, question, surroundings, resolve, reject }: GroupCall): void {
	const { clock } = surroundings;
	const inParallel = group.operation_mode === 'parallel_select_one';
	const forwarder = createForwarder(question.onText);
	const stopped = new AbortController();
	const members = group.llms.map<Member>((config, rank) => ({
		config,
		rank,
		state: 'unstarted',
		controller: null,
		hasAnswered: false,
		answer: null,
		error: null,
		held: [],
		forward: () => undefined,
	}));
	/** Members in the order in which they answered. */
	const answered: Member[] = [];
	let winner: Member | null = null;
	let isPatienceOver = false;
	let isOver = false;
	let hadLastChance = false;

	const end = (act: () => void) => {
		if (isOver) return;
		isOver = true;
		stopped.abort(new Error('the group has ended'));
		question.signal.removeEventListener('abort', onAbort);
		act();
	};
	const abortAllBut = (kept: Member | null) => {
		for (const member of members)
			if (member !== kept) member.controller?.abort(new Error('another member of the group answered'));
	};
	const onAbort = () => {
		abortAllBut(null);
		end(() => reject(question.signal.reason));
	};

	const start = (member: Member) => {
		const controller = new AbortController();
		Object.assign(member, {
			state: 'running',
			controller,
			hasAnswered: false,
			answer: null,
			held: [],
			forward: forwarder.begin(),
		});
		ask(
			{
				...question,
				config: member.config,
				signal: controller.signal,
				...(question.onText === undefined
					? {}
					: {
							onText: (text: string) =>
								winner === member ? member.forward(text) : void member.held.push(text),
						}),
				onAnswering: () => {
					if (member.controller === controller) onAnswering(member);
				},
				mayRetry: () =>
					winner === member || members.every((other) => other === member || other.state === 'failed'),
			},
			surroundings,
		).then(
			(answer) => {
				if (member.controller === controller) onDone(member, answer);
			},
			(error: unknown) => {
				if (member.controller === controller) onFailed(member, error);
			},
		);
	};
	const startOthers = () => {
		if (isOver || winner !== null) return;
		for (const member of members) if (member.state === 'unstarted') start(member);
	};

	const choose = (member: Member) => {
		winner = member;
		for (const other of members) {
			if (other === member || other.state !== 'running') continue;
			// It may be needed again, should the winner break off.
			const { controller } = other;
			Object.assign(other, { state: 'unstarted', controller: null });
			controller?.abort(new Error('another member of the group answered'));
		}
		question.onAnswering?.();
		for (const piece of member.held.splice(0)) member.forward(piece);
		if (member.answer !== null) finish(member.answer);
	};
	const finish = (answer: Answer) => end(() => resolve(answer));
	const decide = () => {
		if (isOver || winner !== null || answered.length === 0) return;
		const ready = answered.filter((member) => member.state === 'running');
		const first = ready[0];
		if (first === undefined) return;
		if (!inParallel) return choose(first);
		const allSettled = members.every((member) => member.hasAnswered || member.state === 'failed');
		if (!isPatienceOver && !allSettled) return;
		choose(ready.reduce((best, member) => (member.rank < best.rank ? member : best), first));
	};

	const onAnswering = (member: Member) => {
		if (isOver || member.hasAnswered) return;
		member.hasAnswered = true;
		answered.push(member);
		decide();
	};
	const onDone = (member: Member, answer: Answer) => {
		member.answer = answer;
		if (winner === member) finish(answer);
		else if (!member.hasAnswered) onAnswering(member);
	};
	const onFailed = (member: Member, error: unknown) => {
		Object.assign(member, { state: 'failed', error, hasAnswered: false });
		answered.splice(0, answered.length, ...answered.filter((other) => other !== member));
		if (isOver) return;
		if (winner === member) winner = null;
		// R8.6: a first member that fails early does not keep the others waiting.
		startOthers();
		if (members.every((other) => other.state === 'failed')) return onAllFailed();
		decide();
	};
	const onAllFailed = () => {
		const chance = hadLastChance
			? undefined
			: members.find(({ error }) => error instanceof ProviderError && error.retryable);
		const waitMs =
			chance === undefined ? null : waitBefore(1, chance.error as ProviderError, surroundings.random);
		if (
			chance === undefined ||
			waitMs === null ||
			(chance.config.max_retries ?? 1) < 1 ||
			members.length === 1
		) {
			return end(() => reject(verdict(members)));
		}
		hadLastChance = true;
		// The sleep rejects only when the group has ended meanwhile.
		clock.sleep(waitMs, stopped.signal).then(
			() => start(chance),
			() => undefined,
		);
	};

	if (question.signal.aborted) return onAbort();
	question.signal.addEventListener('abort', onAbort, { once: true });
	const minPatienceMs = group.min_patience_time_ms ?? DEFAULT_MIN_PATIENCE_MS;
	const maxPatienceMs = group.max_patience_time_ms;
	const after = (ms: number, act: () => void) => {
		clock.sleep(ms, stopped.signal).then(act, () => undefined);
	};
	const [first] = members;
	if (inParallel) startOthers();
	else if (first !== undefined) start(first);
	if (members.length > 1) {
		after(minPatienceMs, () => {
			isPatienceOver = true;
			if (inParallel) decide();
			else startOthers();
		});
	}
	if (maxPatienceMs !== null) {
		after(maxPatienceMs, () => {
			isPatienceOver = true;
			decide();
			if (winner !== null || isOver) return;
			abortAllBut(null);
			end(() => reject(patienceSpent(members.length, maxPatienceMs)));
		});
	}
}

/** The failure to tell of: an unusable structured answer, else a provider's, of the best-ranked member. */
function verdict(members: readonly Member[]): unknown {
	const errors = members.map((member) => member.error);
	return (
		errors.find((error) => error instanceof UnparsableOutputError) ??
		errors.find((error) => error instanceof ProviderError) ??
		errors[0]
	);
}

function patienceSpent(count: number, ms: number): ProviderError {
	return new ProviderError(
		'LLM_GROUP_PATIENCE_SPENT',
		`none of the ${count} models of the group answered within ${ms} ms (R8.7)`,
		{
			retryable: true,
			advice: 'Raise max_patience_time_ms on the group, or add a faster model.',
		},
	);
}
