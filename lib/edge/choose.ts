/** Where a thread goes after a node has executed: the order of precedence, readable top to bottom (R3.2). */

import { ExpressionError } from '../errors';
import type { LlmOrGroup } from '../graph/model';
import type { StaticMessages } from '../graph/prompt';
import type { JsonObject } from '../json';
import type { ModelMessage } from '../llm/contract';
import { evaluateExpression } from '../value/evaluate';
import { parseExpression } from '../value/expression';
import type { AskModel, Exit, Hop, Judge, JudgedPick, Pick, Position } from './contract';
import { destinationOf, mainEdgeOf } from './direct';
import { carriesExits, exitsOf, isExpression, isFreeform } from './exits';
import { judgeFirst } from './judge';
import { edgeMessage } from './message';
import { senselessComparison, sentenceStart, subjectOf } from './wording';

export interface ChooseRequest {
	position: Position;
	/** What `exitsOf(position)` gave before the execution; computed when left out. */
	exits?: readonly Exit[];
	/** Exits the model picked in the node's own call, and the accounting of that call. */
	picks?: readonly Pick[];
	pickedBy?: Judge | null;
	/** A global exit that an independent evaluation found true (R3.25). */
	judged?: JudgedPick | null;
	/**
	 * Only expressions may decide: the node's model call failed (R2.49), or Max Turns are reached
	 * (R2.51). Picks and evaluator calls count for nothing then.
	 */
	expressionsOnly?: boolean;
	/** The node's own model, else the workflow's default; asked for only when a model is needed. */
	llmConfig(): LlmOrGroup | null;
	ask: AskModel;
	/** Asked for only when a model judges or writes. */
	history(): readonly ModelMessage[];
	/** The node's run output, shown as data to evaluator calls of nodes without a model (R3.15). */
	result?: JsonObject;
	choose(messages: StaticMessages, listKey: string): string | null;
	signal?: AbortSignal;
}

/** An exit that is true, before its message is known. */
interface Match {
	exit: Exit;
	reason: string | null;
	args: JsonObject;
	dynamicMessage: string | null;
	judgedBy: Judge | null;
}

/**
 * Picks the hop to make after one execution, or null when the thread stays where it is.
 *
 * @throws {ExpressionError} An expression that is reached cannot be parsed or evaluated (R3.37a).
 */
export async function chooseHop(request: ChooseRequest): Promise<Hop | null> {
	const { position } = request;
	const exits = request.exits ?? exitsOf(position);
	if (exits.length === 0) return directHop(position);

	const away = await firstTrue(ofKind(exits, 'global'), request);
	if (away) return exitHop(away, request);

	const back = await firstTrue(ofKind(exits, 'reverse'), request);
	if (back) return exitHop(back, request);

	const own = ofKind(exits, 'own');
	const isLooping = position.loop !== undefined;
	const straight = isLooping ? null : directHop(position);
	if (straight) return straight;

	const onward = await firstTrue(own, request);
	if (onward) return exitHop(onward, request);

	return isLooping ? directHop(position) : null;
}

/** The main direct edge as a hop (R3.6), or null; while a bounded loop repeats there is none (R6.9). */
export function directHop(position: Position): Hop | null {
	const { graph, node, loop } = position;
	if (loop === 'repeating') return null;
	const edge = mainEdgeOf(graph, node.logical_id ?? '');
	const destination = edge && destinationOf(graph, edge);
	if (!edge || !destination) {
		warnOfLooseEdges(position);
		return null;
	}
	return {
		kind: 'direct',
		edge,
		globalNodeId: null,
		destination,
		reason: null,
		args: {},
		message: null,
		judgedBy: null,
	};
}

/** A direct edge to a node that does not exist is ignored, and told (R3.60). */
function warnOfLooseEdges({ graph, node, warn }: Position): void {
	for (const edge of graph.edgesBySource.get(node.logical_id ?? '') ?? []) {
		if (edge.type !== 'direct' || destinationOf(graph, edge) !== null) continue;
		warn(
			`Edge "${edge.name ?? edge.logical_id}" leads to no node of the graph and is ignored.`,
			`nowhere:${edge.logical_id}`,
		);
	}
}

/**
 * The first true exit in the order given. Expressions are read up to the first true one (R3.37b);
 * conditions that only a model can judge count as true when it picked them, or, on a node without a
 * model, when an evaluator call says so. Both kinds share one order (R3.11).
 */
async function firstTrue(exits: readonly Exit[], request: ChooseRequest): Promise<Match | null> {
	const undecided: Exit[] = [];
	let found: Match | null = null;
	let fault: Error | null = null;
	for (const exit of exits) {
		if (isExpression(exit)) {
			try {
				found = evaluateExit(exit, request.position);
			} catch (error) {
				fault = error instanceof Error ? error : new Error(String(error));
			}
		} else if (isFreeform(exit) && !request.expressionsOnly) {
			found = pickedMatch(exit, request);
			if (!found && needsJudge(exit, request)) undecided.push(exit);
		}
		if (found || fault !== null) break;
	}
	const earlier = await judgeUndecided(undecided, request);
	if (earlier) return earlier;
	if (fault !== null) throw fault;
	return found;
}

function evaluateExit(exit: Exit, { scope, warn, node }: Position): Match | null {
	const text = exit.condition.condition_expression ?? '';
	let evaluation;
	try {
		evaluation = evaluateExpression(parseExpression(text), scope);
	} catch (error) {
		if (!(error instanceof ExpressionError)) throw error;
		throw new ExpressionError(
			error.code,
			`The condition of ${subjectOf(exit)} cannot be evaluated: ${error.message}`,
			{
				advice: error.advice,
				place: `node "${node.name ?? node.logical_id}", ${subjectOf(exit)}`,
				cause: error,
			},
		);
	}
	const awaitsValues =
		exit.edge?.type === 'conditional' && exit.edge.evaluate_while_waiting_config?.enabled === true;
	const senseless = senselessComparison({
		subject: subjectOf(exit),
		expression: text,
		evaluation,
		awaitsValues,
	});
	if (senseless !== null) {
		const key = exit.edge?.logical_id ?? `${exit.kind}:${exit.globalNodeId}`;
		warn(senseless, `expression:${key}`);
	}
	if (!evaluation.holds) return null;
	return { exit, reason: evaluation.hydrated, args: {}, dynamicMessage: null, judgedBy: null };
}

function pickedMatch(exit: Exit, { picks, pickedBy, judged }: ChooseRequest): Match | null {
	const pick = picks?.find((candidate) => isSameExit(candidate.exit, exit));
	if (pick) return matchOf(pick, pickedBy ?? null);
	return judged && isSameExit(judged.pick.exit, exit) ? matchOf(judged.pick, judged.judgedBy) : null;
}

/** Own freeform exits and the way back of nodes whose own call could not carry them (R3.15). */
function needsJudge(exit: Exit, { position }: ChooseRequest): boolean {
	return exit.kind !== 'global' && !carriesExits(position.node);
}

async function judgeUndecided(exits: readonly Exit[], request: ChooseRequest): Promise<Match | null> {
	if (exits.length === 0) return null;
	const { position } = request;
	const config = request.llmConfig();
	if (config === null || config.type === 'no_llm') {
		for (const exit of exits) {
			position.warn(
				`${sentenceStart(subjectOf(exit))} needs a model to judge it, but none is configured; it counts as false.`,
			);
		}
		return null;
	}
	const judged = await judgeFirst(exits, {
		ask: request.ask,
		config,
		history: request.history(),
		scope: position.scope,
		result: request.result,
		signal: request.signal,
		warn: position.warn,
	});
	// A stopped run has chosen nothing; it must not look as if no exit were true.
	request.signal?.throwIfAborted();
	return judged && matchOf(judged.pick, judged.judgedBy);
}

async function exitHop(match: Match, request: ChooseRequest): Promise<Hop> {
	const { exit, reason, args, judgedBy } = match;
	const message = await edgeMessage({
		position: request.position,
		exit,
		picked: match.dynamicMessage,
		ask: request.ask,
		llmConfig: request.llmConfig,
		history: request.history,
		choose: request.choose,
		signal: request.signal,
	});
	const kind = exit.kind === 'own' ? 'conditional' : exit.kind;
	return {
		kind,
		edge: exit.edge,
		globalNodeId: exit.globalNodeId,
		destination: exit.destination,
		reason,
		args,
		message,
		judgedBy,
	};
}

function matchOf(pick: Pick, judgedBy: Judge | null): Match {
	return {
		exit: pick.exit,
		reason: pick.justification,
		args: pick.args,
		dynamicMessage: pick.dynamicMessage,
		judgedBy,
	};
}

function ofKind(exits: readonly Exit[], kind: Exit['kind']): Exit[] {
	return exits.filter((exit) => exit.kind === kind);
}

/** Exits are the same when they leave over the same edge or global node: picks may come from the store. */
function isSameExit(a: Exit, b: Exit): boolean {
	return a.kind === b.kind && a.edge?.logical_id === b.edge?.logical_id && a.globalNodeId === b.globalNodeId;
}
