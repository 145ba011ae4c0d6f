/** The interpreter's front: advance a run, fold and project its events, store them compactly. */

export { advance } from './advance';
export { decodeEvents, encodeEvents } from './codec';
export { fold, isOnlyTold } from './fold';
export { latencyStats, tokenUsage } from './metrics';
export { endStateOf, pairOf, type TurnRecord } from './pair';
export { beginningAt } from './place';
export { createProjector, type Projector } from './project';
export {
	activeCompanions,
	hasBackgroundWork,
	nextDueAt,
	mainThreads,
	companionThreads,
	restUntil,
} from './standing';
export { isTerminal } from './status';
export {
	authoredThreadId,
	createState,
	loadState,
	saveState,
	type RunState,
	type ThreadState,
	type Message,
} from './state';
export { messageIdOf, uuidOf, wireMessage } from './wire';
