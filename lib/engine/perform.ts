/** A side effect of a node execution: its intent on disk before it happens, its outcome after (design part 3). */

import type { Effect } from '../behavior/contract';
import { codeOf, EffectError, messageOf } from '../errors';
import type { Json } from '../json';
import type { StepRun } from './step';

/**
 * Lets `act` happen once, ever. A recorded outcome is returned instead; an intent without an outcome is
 * repeated when the effect only reads.
 *
 * @throws {EffectError} `EFFECT_OUTCOME_UNKNOWN` for a write that a crash cut off; what `act` threw otherwise.
 */
export async function perform<T extends Json>(
	step: StepRun,
	effect: Effect,
	act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const { frame, context, on, signal } = step;
	const known = frame.effects[effect.key];
	if (known?.settled) return outcomeOf<T>(known.outcome);
	const repeatable = effect.sideEffect === 'none' || effect.sideEffect === 'reads';
	if (known && !repeatable) throw unknownOutcome(step, effect.kind, known.target);
	if (!known)
		step.emit({
			type: 'effectStarted',
			...on,
			key: effect.key,
			kind: effect.kind,
			target: step.scope.mask(effect.target),
			repeatable,
		});
	await context.flush(!repeatable);
	signal.throwIfAborted();
	let outcome: T;
	try {
		outcome = await act(signal);
	} catch (error) {
		signal.throwIfAborted();
		// What went out may stand in the error, an address with a key for one (R4.28).
		await settle(step, effect.key, {
			$failed: { code: codeOf(error), message: step.scope.mask(messageOf(error)) },
		});
		throw error;
	}
	await settle(step, effect.key, outcome);
	return outcome;
}

async function settle(step: StepRun, key: string, outcome: Json): Promise<void> {
	step.emit({ type: 'effectSettled', ...step.on, key, outcome });
	await step.context.flush();
}

function outcomeOf<T extends Json>(outcome: Json): T {
	const failed = (outcome as { $failed?: { code: string; message: string } } | null)?.$failed;
	if (failed) throw new EffectError(failed.code, failed.message);
	return outcome as T;
}

/** The node reports the failure; the turn then ends there, unless only a companion is concerned (R5.10). */
function unknownOutcome({ context, thread }: StepRun, kind: string, target: string): EffectError {
	const error = new EffectError(
		'EFFECT_OUTCOME_UNKNOWN',
		`The process stopped while the ${kind} call "${target}" was under way; whether it took effect is unknown, so it was not repeated.`,
		{ advice: 'Check the other side, then resume the run: it goes on after this node with success = false.' },
	);
	if (thread.parentId === null)
		context.turnError ??= { code: error.code, message: error.message, advice: error.advice ?? null };
	return error;
}
