/** Part 2 of the rules as a small model of its own, to hold the engine against: what a turn does, step by step. */

/** An LLM node speaks (`say`) or works in silence; the others never wait (R2.8). */
export interface ModelNode {
	id: string;
	type: 'say' | 'worker' | 'static' | 'no_op';
	wait: boolean;
	loop: boolean;
	maxTurns: number | null;
	hasTool: boolean;
	/** Freeform condition and way back of a global node. */
	isGlobal: boolean;
	hasReverse: boolean;
	direct: string | null;
	/** In edge order. */
	exits: Array<{ to: string; when: 'always' | 'never' | 'go' | 'max turns' | 'picked' }>;
}

export interface ModelTurn {
	/** What the user says: `hi`, `to:<node>`, with `!` for words beside the pick, `look` for a tool call first. */
	message: string | null;
	/** Sets `[[go]]`. */
	go: boolean;
	/** The caller talked over the last thing that was said. */
	cut: boolean;
}

/** One message of the history; an object, so that equal texts are different messages. */
interface Entry {
	text: string;
}

/** What is known of a run between turns. */
interface Thread {
	at: string;
	owed: boolean;
	received: boolean;
	history: Entry[];
	consecutive: number;
	forced: boolean;
	callers: Map<string, string>;
	answered: number;
	go: boolean;
	reached: boolean;
	status: 'new' | 'parked' | 'ended' | 'looping';
}

export interface Expected {
	trace: string;
	status: 'waiting_for_user_input' | 'completed' | 'aborted_looping_risk';
	/** What each model call read: the conversation, oldest first. */
	calls: string[][];
	history: string[];
}

export interface TurnModel {
	turn(input: ModelTurn): Expected;
}

const MAX_EXECUTIONS = 100;
const MAX_CONSECUTIVE = 3;

export function createTurnModel(nodes: readonly ModelNode[], welcome: string | null): TurnModel {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const nodeAt = (id: string): ModelNode => byId.get(id) as ModelNode;
	const thread: Thread = {
		at: nodes[0]?.id ?? '',
		owed: false,
		received: false,
		history: welcome === null ? [] : [{ text: `ai:${welcome}` }],
		consecutive: 0,
		forced: false,
		callers: new Map(),
		answered: 0,
		go: false,
		reached: false,
		status: 'new',
	};
	let trace: string[] = [];
	let calls: string[][] = [];
	let executions = 0;
	let lastSaid: Entry | null = null;

	const texts = () => thread.history.map(({ text }) => text);
	const add = (...added: string[]) => thread.history.push(...added.map((text) => ({ text })));
	function utter(text: string): void {
		lastSaid = { text: `ai:${text}` };
		thread.history.push(lastSaid);
	}

	function turn({ message, go, cut }: ModelTurn): Expected {
		trace = [];
		calls = [];
		executions = 0;
		// R2.6: both flags are false at the start of each turn.
		thread.received = thread.owed = false;
		if (go) thread.go = true;
		// R2.43: what the caller talked over leaves the history.
		if (cut) thread.history = thread.history.filter((entry) => entry !== lastSaid);
		if (message !== null) {
			add(`human:${message}`);
			thread.received = thread.owed = true;
			thread.consecutive = 0;
		}
		if (thread.status === 'parked' && message === null) trace.push(`P(${thread.at})`);
		else run();
		const status =
			thread.status === 'parked'
				? 'waiting_for_user_input'
				: thread.status === 'looping'
					? 'aborted_looping_risk'
					: 'completed';
		return { trace: trace.join(' '), status, calls, history: texts() };
	}

	function run(): void {
		for (;;) {
			const node = nodeAt(thread.at);
			// R2.11: a node that waits executes only while a reply is due.
			if (isLlm(node) && node.wait && !thread.owed) return park();
			// R3.56: the hundred and first execution is one too many.
			if (executions >= MAX_EXECUTIONS) {
				trace.push('END');
				thread.status = 'looping';
				return;
			}
			executions += 1;
			const done = execute(node);
			const hop = select(node, done);
			if (hop === null) return settle(node, done);
			take(node, hop, done);
		}
	}

	function park(): void {
		trace.push(`P(${thread.at})`);
		thread.status = 'parked';
	}

	interface Done {
		spoke: boolean;
		failed: boolean;
		pick: { kind: 'global' | 'reverse' | 'own'; to: string } | null;
	}

	function execute(node: ModelNode): Done {
		const done: Done = { spoke: false, failed: false, pick: null };
		trace.push(`${node.type === 'say' || node.type === 'static' ? 'S' : 'W'}(${node.id})`);
		if (node.type === 'static') utter(`line of ${node.id}`);
		if (!isLlm(node)) return done;
		if (thread.owed && thread.received) thread.answered += 1;
		ask(node, done);
		thread.forced = false;
		if (done.spoke) thread.owed = false;
		return done;
	}

	/** The node's model: what it is offered, and what it does about the last message of the user. */
	function ask(node: ModelNode, done: Done): void {
		const isForced = thread.forced || thread.consecutive >= MAX_CONSECUTIVE;
		const said =
			texts()
				.findLast((text) => text.startsWith('human:'))
				?.slice('human:'.length) ?? '';
		const say = (text: string) => {
			if (node.type !== 'say') return;
			utter(text);
			done.spoke = true;
		};
		calls.push(texts());
		if (said === 'fail') {
			// R2.49: the apology is said and is an answer; R2.50: a worker is silent.
			done.failed = true;
			say('sorry');
			return;
		}
		if (said === 'quiet') return;
		const wanted = /to:(\w+)/.exec(said)?.[1];
		const offered = isForced ? [] : offers(node);
		done.pick = offered.find(({ to }) => to === wanted) ?? null;
		const usesTool = !isForced && node.hasTool && said.startsWith('look');
		if (usesTool) {
			// R2.46: calls beside a pick are carried out first, and nothing more is asked.
			add('call', 'result');
			if (done.pick !== null) return;
			calls.push(texts());
			say('ok');
			return;
		}
		if (done.pick === null || said.endsWith('!')) say('ok');
	}

	/** R3.2, R3.3, R3.14: globals, the way back, and own exits unless a direct edge is there. */
	function offers(node: ModelNode): Array<NonNullable<Done['pick']>> {
		const globals = nodes.filter(({ isGlobal, id }) => isGlobal && id !== node.id);
		const caller = wayBackOf(node);
		return [
			...globals.map(({ id }) => ({ kind: 'global' as const, to: id })),
			...(caller === null ? [] : [{ kind: 'reverse' as const, to: caller }]),
			...(node.direct !== null
				? []
				: node.exits.filter(({ when }) => when === 'picked').map(({ to }) => ({ kind: 'own' as const, to }))),
		];
	}

	function wayBackOf(node: ModelNode): string | null {
		return node.isGlobal && node.hasReverse ? (thread.callers.get(node.id) ?? null) : null;
	}

	interface Hop {
		kind: 'direct' | 'conditional' | 'global' | 'reverse';
		to: string;
	}

	function select(node: ModelNode, { pick, failed }: Done): Hop | null {
		const picked = failed ? null : pick;
		if (picked?.kind === 'global') return { kind: 'global', to: picked.to };
		if (picked?.kind === 'reverse') return { kind: 'reverse', to: picked.to };
		if (node.direct !== null) return { kind: 'direct', to: node.direct };
		const exit = node.exits.find(({ to, when }) =>
			when === 'picked' ? picked?.kind === 'own' && picked.to === to : holds(when),
		);
		return exit === undefined ? null : { kind: 'conditional', to: exit.to };
	}

	function holds(when: ModelNode['exits'][number]['when']): boolean {
		if (when === 'go') return thread.go;
		if (when === 'max turns') return thread.reached;
		return when === 'always';
	}

	function take(node: ModelNode, { kind, to }: Hop, done: Done): void {
		trace.push({ direct: '→d', conditional: '→c', global: '→g', reverse: '→r' }[kind]);
		if (kind === 'direct') {
			if (done.spoke) thread.consecutive = 0;
		} else {
			thread.consecutive += 1;
			if (thread.received) thread.owed = true;
		}
		if (kind === 'reverse') {
			thread.callers.delete(node.id);
			thread.forced = true;
		} else if (nodeAt(to).isGlobal && to !== node.id) thread.callers.set(to, node.id);
		add(`memo:${kind}:${node.id}>${to}`);
		thread.at = to;
		// R2.51: a new visit.
		thread.answered = 0;
		if (nodeAt(to).maxTurns !== null) thread.reached = false;
	}

	function settle(node: ModelNode, done: Done): void {
		if (node.type === 'say' && node.maxTurns !== null && thread.answered >= node.maxTurns) {
			thread.reached = true;
			const exit = node.exits.find(({ when }) => when !== 'picked' && holds(when));
			if (exit === undefined) return end();
			take(node, { kind: 'conditional', to: exit.to }, done);
			return run();
		}
		// R3.51: words that no hop follows end the row of hops.
		if (done.spoke) thread.consecutive = 0;
		if (!isLlm(node) || !node.wait) return end();
		// R2.14, R2.16.
		const hasWayOut = node.exits.length > 0 || wayBackOf(node) !== null;
		if (node.loop || hasWayOut) return park();
		end();
	}

	function end(): void {
		trace.push('END');
		thread.status = 'ended';
	}

	return { turn };
}

function isLlm({ type }: ModelNode): boolean {
	return type === 'say' || type === 'worker';
}
