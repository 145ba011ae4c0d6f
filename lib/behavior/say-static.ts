/** `say_static`: says one of its fixed messages (R7.8). */

import type { SayStaticNode } from '../graph/node';
import { fillText } from '../value/template';
import type { Behavior } from './contract';

export const sayStatic: Behavior<SayStaticNode> = {
	async execute(step) {
		const { node } = step;
		const list = node.static_messages_config;
		const chosen = list && step.choose(list, `node:${node.logical_id}`);
		if (chosen === null) {
			step.warn(`Node "${node.name ?? node.logical_id}" has no message to say.`);
			return { output: {} };
		}
		step.say({ text: fillText(chosen, step.scope), type: 'static' });
		return { output: {} };
	},
};
