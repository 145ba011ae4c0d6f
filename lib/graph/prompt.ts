/** Prompts, messages and conditions (2.13): the small objects that nodes and edges share. */

import { z } from 'zod';
import { freeObjectOrNull, list, oneOf, orNull, text } from './field';

export const promptSchema = z.looseObject({ prompt: text() });
export type Prompt = z.infer<typeof promptSchema>;

export const staticMessagesSchema = z.looseObject({
	static_messages: list(z.string()),
	static_messages_selection_mode: oneOf(['random', 'sequence'], 'random'),
});
export type StaticMessages = z.infer<typeof staticMessagesSchema>;

export const conditionSchema = z.looseObject({
	condition_freeform: text(),
	condition_expression: text(),
	args_schema: freeObjectOrNull,
	static_messages_config: orNull(staticMessagesSchema),
	dynamic_messages_config: orNull(z.looseObject({ dynamic_message_prompt: text() })),
});
export type Condition = z.infer<typeof conditionSchema>;
