/** Numbers within their bounds (3.3, R-90): loops, timeouts, temperatures, waits, our additions. */

import { isJsonObject } from '../../json';
import type { Edge } from '../edge';
import type { Node } from '../node';
import { type Check, nameOf } from './context';

export function checkBounds(check: Check): void {
	for (const [index, node] of check.graph.node_configs.entries()) {
		selfLoop(check, node, index);
		loopFlag(check, node, index);
		ownNumbers(check, node, index);
	}
	for (const [index, edge] of check.graph.edge_configs.entries()) edgeNumbers(check, edge, index);
	const persona = check.graph.workflow_config.voice_persona;
	if (persona !== null && [...persona].length > 600) {
		const message = `voice_persona is limited to 600 characters, found ${[...persona].length}`;
		check.error({
			rule: 'R-28',
			path: `${check.path}.workflow_config.voice_persona`,
			message,
			advice: 'Shorten the text.',
		});
	}
}

interface Bound {
	rule: string;
	key: string;
	value: number | null;
	least: number;
	most: number;
	unit: string;
}

/** Reports a value outside of its bounds; null is always legal here. */
function within(check: Check, bound: Bound, place: { path: string; subject: string }): void {
	const { rule, key, value, least, most, unit } = bound;
	if (value === null || (value >= least && value <= most)) return;
	const range = most === Infinity ? `at least ${least}` : `${least} to ${most}`;
	const message = `${key} must be ${range}${unit}, found ${value}`;
	const finding = { rule, ...place, message, advice: `Choose a value of ${range}${unit}.` };
	// The platform knows nothing of our additions, so it refuses none of their values.
	if (rule === 'R-90') check.warning(finding);
	else check.error(finding);
}

function selfLoop(check: Check, node: Node, index: number): void {
	const loop = node.self_loop_config;
	if (loop === null) return;
	const subject = nameOf(node);
	const at = (key: string) => ({ path: check.nodePath(index, 'self_loop_config', key), subject });
	if (loop.enabled && loop.max_retries === null && loop.expiry_time === null) {
		const message = `self loop of ${subject} needs max_retries or expiry_time`;
		const advice = 'Set one of the two, or disable the loop; without a bound it never ends.';
		check.error({ rule: 'R-20', path: check.nodePath(index, 'self_loop_config'), subject, message, advice });
	}
	within(
		check,
		{ rule: 'R-21', key: 'max_retries', value: loop.max_retries, least: 0, most: Infinity, unit: '' },
		at('max_retries'),
	);
	if (loop.max_retries !== null && loop.max_retries > 100) {
		const message = `max_retries must be 0 to 100, found ${loop.max_retries}; later revisions of the platform have no upper limit`;
		check.warning({
			rule: 'R-21',
			...at('max_retries'),
			message,
			advice: 'Stay within 100 for older platforms.',
		});
	}
	const seconds = ' seconds';
	within(
		check,
		{ rule: 'R-22', key: 'expiry_time', value: loop.expiry_time, least: 1, most: 3600, unit: seconds },
		at('expiry_time'),
	);
	const pause = {
		rule: 'R-23',
		key: 'time_between_retries',
		value: loop.time_between_retries,
		least: 0,
		most: 300,
		unit: seconds,
	};
	within(check, pause, at('time_between_retries'));
}

/** A node that loops without waiting would never stop talking (R2.14); a loop by default alone is only told. */
function loopFlag(check: Check, node: Node, index: number): void {
	if (node.type !== 'say_llm' && node.type !== 'worker_llm') return;
	if (node.wait_for_user_message || !node.self_loop) return;
	const subject = nameOf(node);
	const path = check.nodePath(index, 'self_loop');
	const message = `${subject} loops without waiting for the user`;
	const advice =
		'Set self_loop to false, or wait_for_user_message to true; use self_loop_config to repeat work.';
	const written = check.graph.raw['node_configs'];
	const own: unknown = Array.isArray(written) ? written[index] : null;
	const fault = { rule: 'R2.14', path, subject, message, advice };
	if (isJsonObject(own) && own['self_loop'] === undefined) check.warning(fault);
	else check.error(fault);
}

function ownNumbers(check: Check, node: Node, index: number): void {
	const subject = nameOf(node);
	const at = (key: string) => ({ path: check.nodePath(index, key), subject });
	if (node.type === 'http_request') {
		const bound = {
			rule: 'R-24',
			key: 'timeout',
			value: node.timeout,
			least: 0,
			most: 300,
			unit: ' seconds',
		};
		within(check, bound, at('timeout'));
	}
	if ('max_turns' in node && typeof node.max_turns === 'number') {
		within(
			check,
			{ rule: 'R-90', key: 'max_turns', value: node.max_turns, least: 1, most: Infinity, unit: '' },
			at('max_turns'),
		);
	}
	if (node.type === 'send_sms' && node.sms_provider !== null && node.sms_provider.trim() === '') {
		const message = 'sms_provider must not be blank';
		check.warning({
			rule: 'R-90',
			...at('sms_provider'),
			message,
			advice: 'Name a provider, or remove the key for the default.',
		});
	}
}

function edgeNumbers(check: Check, edge: Edge, index: number): void {
	if (edge.type !== 'conditional' || edge.evaluate_while_waiting_config === null) return;
	const subject = nameOf(edge);
	const waiting = edge.evaluate_while_waiting_config;
	const at = (key: string) => ({
		path: check.edgePath(index, 'evaluate_while_waiting_config', key),
		subject,
	});
	const seconds = waiting.min_seconds_between_evaluations;
	if (seconds !== null && seconds < 0) {
		const message = 'min_seconds_between_evaluations must not be negative';
		check.error({
			rule: 'R-26',
			...at('min_seconds_between_evaluations'),
			message,
			advice: 'Use 0 or more seconds.',
		});
	}
	if (waiting.max_transitions_per_wait < 1) {
		const message = 'max_transitions_per_wait must be at least 1';
		check.error({
			rule: 'R-27',
			...at('max_transitions_per_wait'),
			message,
			advice: 'Use 1 or more, or disable the evaluation.',
		});
	}
}
