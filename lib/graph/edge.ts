/** Edges (2.13): direct, conditional and companion, with their conditions and thread settings. */

import { z } from 'zod';
import type { Fault } from './fault';
import { count, decimal, exactlyOneOf, flag, freeObject, list, orNull, text, whole } from './field';
import { conditionSchema } from './prompt';

export const edgeBase = {
	logical_id: text(),
	name: text(),
	description: text(),
	workflow_id: text(),
	version_number: whole(0),
	disabled: flag(false),
	miscellaneous: freeObject,
	source_node_logical_id: text(),
	destination_node_logical_id: text(),
	/** Set by the expansion of super nodes only: id of the placeholder that this edge leaves (R7.3.5). */
	super_node_exit_origin: text(),
};

export const edgeBaseSchema = z.looseObject(edgeBase);

export const directEdgeSchema = z.looseObject({
	...edgeBase,
	type: z.literal('direct'),
	companion_thread_config: orNull(
		z.looseObject({
			is_companion_thread: flag(false),
			thread_id: text(),
			stop_with_main_thread: flag(true),
		}),
	),
});
export type DirectEdge = z.infer<typeof directEdgeSchema>;

export const waitingConfigSchema = z.looseObject({
	enabled: flag(false),
	trigger_mode: exactlyOneOf(['on_node_completion', 'on_every_background_tick'], 'on_node_completion'),
	trigger_node_logical_ids: list(z.string()),
	min_seconds_between_evaluations: decimal(),
	max_transitions_per_wait: count(3),
});

export const conditionalEdgeSchema = z.looseObject({
	...edgeBase,
	type: z.literal('conditional'),
	condition: orNull(conditionSchema),
	evaluate_while_waiting_config: orNull(waitingConfigSchema),
	priority: whole(),
});
export type ConditionalEdge = z.infer<typeof conditionalEdgeSchema>;

export const companionEdgeSchema = z.looseObject({ ...edgeBase, type: z.literal('companion') });
export type CompanionEdge = z.infer<typeof companionEdgeSchema>;

export const edgeSchema = z.discriminatedUnion('type', [
	directEdgeSchema,
	conditionalEdgeSchema,
	companionEdgeSchema,
]);

/** An edge of a type this package does not know: kept, drawn, never taken. */
export interface UnknownEdge extends z.infer<typeof edgeBaseSchema> {
	type: 'unknown';
	/** The type as the file spells it, or null when it has none. */
	original_type: string | null;
	/** Why the edge could not be read as what it says it is. */
	faults: readonly Fault[];
}

export type Edge = DirectEdge | ConditionalEdge | CompanionEdge | UnknownEdge;
