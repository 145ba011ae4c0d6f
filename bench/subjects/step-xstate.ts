/**
 * One step of XState: a machine of 1,000 states, each of which notes a result as our no-op node does.
 * `transition` makes a step a function of snapshot and event, as ours is; an actor changes in place.
 */

import {
	assign,
	createActor,
	createMachine,
	initialTransition,
	transition,
	type AnyEventObject,
} from 'xstate';
import { medianTime, perPiece, report } from '../subject.ts';

const STATES = 1000;

interface Result {
	no_op_result: null;
	no_op_result_success: boolean;
}

const note = assign<Result, AnyEventObject, undefined, AnyEventObject, never>({ no_op_result_success: true });
const states = Object.fromEntries(
	Array.from({ length: STATES }, (_, index) => [
		`state_${index}`,
		{ entry: note, on: { NEXT: `state_${(index + 1) % STATES}` } },
	]),
);
const machine = createMachine({
	types: { context: {} as Result },
	initial: 'state_0',
	context: { no_op_result: null, no_op_result_success: false },
	states,
});

const repetitions = { warmUps: 10, times: 21 };

function walkActor(): void {
	const actor = createActor(machine).start();
	for (let step = 0; step < STATES; step += 1) actor.send({ type: 'NEXT' });
	if (actor.getSnapshot().value !== 'state_0') throw new Error('The actor did not come around');
	actor.stop();
}

function walkTransitions(): void {
	let [snapshot] = initialTransition(machine);
	for (let step = 0; step < STATES; step += 1) [snapshot] = transition(machine, snapshot, { type: 'NEXT' });
	if (snapshot.value !== 'state_0') throw new Error('The machine did not come around');
}

await report(async () => ({
	...perPiece('step.xstate.actor', await medianTime(walkActor, repetitions), STATES),
	...perPiece('step.xstate.transition', await medianTime(walkTransitions, repetitions), STATES),
}));
