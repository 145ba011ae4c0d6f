/** Where the values of placeholders come from, and what reading them needs to know. */

import type { Json, JsonObject } from '../json';

/** Reads placeholder paths. `undefined` means unresolved: the placeholder stays literal text (R4.9). */
export interface Scope {
	/** `{{path}}`: system values, supplied values, defaults, globals, in the order of R4.19. */
	dynamic(path: string): Json | undefined;
	/** `[[path]]`: thread, qualified, cross-thread and workflow variables, in the order of R4.12. */
	runtime(path: string): Json | undefined;
	/** True when `{{path}}` names a secret; its text renders as the mask unless revealed (R4.27). */
	isSecret(path: string): boolean;
	/** Text of the managed prompt of that name, or undefined (R4.9a). */
	prompt(name: string): string | undefined;
	/** True for dynamic values written by the author (globals, defaults): scanned again (R4.7). */
	isAuthored(path: string): boolean;
	/** `text` with every secret's value of 6 characters or more replaced by the mask (R4.28). */
	mask(text: string): string;
	/**
	 * Called once per placeholder that could not be resolved, per unknown filter, and per missing prompt with
	 * its name (R4.3, R4.9, R4.9a).
	 */
	unresolved(placeholder: string, reason: 'unknown' | 'filter' | 'prompt'): void;
}

/** The raw material of a scope. All objects are read only when a path asks for them. */
export interface ScopeSources {
	/** R4.22 values of this turn. */
	system: JsonObject;
	/** Dynamic variables of the run inputs, this turn's over earlier ones, already merged (R4.21). */
	supplied: JsonObject;
	/** Values supplied by a simulation, a schedule or a super node. */
	provided: JsonObject;
	/** `miscellaneous.default_dynamic_variables` over the graph's own `dynamic_variables`. */
	defaults: JsonObject;
	/** Global variables of the team, secret ones excluded. */
	globals: JsonObject;
	/** Secret global variables. */
	secrets: Readonly<Record<string, string>>;
	/** Variables of the thread that reads. */
	thread: JsonObject;
	/** Variables of another thread by its authored id (`0`, `labpoll`), undefined when never forked. */
	otherThread(threadId: string): JsonObject | undefined;
	/** The run's shared variables. */
	workflow: JsonObject;
	/** What the runtime itself provides under a name, hidden by variables of the same name (R4.15). */
	builtIn?(name: string): Json | undefined;
	onUnresolved?(placeholder: string, reason: 'unknown' | 'filter' | 'prompt'): void;
}

export interface FillOptions {
	/** Substitute real secrets: outbound fields only (R4.27). Default false: the mask. */
	reveal?: boolean;
	/**
	 * Values that the author did not write lose their line breaks, so that none of them can pose as a paragraph
	 * of the text around it: for instructions to a model that judges. Default false.
	 */
	singleLine?: boolean;
}

/** The answer of a condition, with what events show about it. */
export interface Evaluation {
	holds: boolean;
	/** The expression with each placeholder replaced by its literal (R3.37). */
	hydrated: string;
	/** One text per comparison that made no sense (R3.34), for `workflow_warning`. */
	warnings: string[];
	/** Those of them between two values that are there; the others had a variable that nothing wrote yet. */
	clashes: string[];
}
