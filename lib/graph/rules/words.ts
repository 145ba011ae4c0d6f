/** Words outside their lists and values of maps that cost their object nothing. */

import { pathTo, quoted } from '../fault';
import { kindOf } from '../read';
import { type Check, nameOf } from './context';
import { llmRoots, membersOf, tools } from './walk';

const USE_CASES = [
	'appointment_scheduling',
	'appointment_cancellation',
	'appointment_rescheduling',
	'appointment_scheduling_with_waitlist',
	'medication_refill',
	'invoice_billing',
] as const;

/** Where a model is reached, by its type; blank counts as absent. */
const BACKENDS: ReadonlyMap<string, readonly string[]> = new Map([
	['google_llm', ['ai_studio', 'vertex']],
	['anthropic_llm', ['direct', 'vertex']],
]);
const THINKING_LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;

export function checkWords(check: Check): void {
	useCases(check);
	models(check);
	for (const { tool, path, node } of tools(check)) {
		const subject = node === null ? (tool.name ?? null) : nameOf(node);
		if (tool.type === 'external_api')
			texts(check, tool.api_headers, { path: `${path}.api_headers`, subject });
	}
	for (const [index, server] of check.graph.workflow_config.mcp_servers.entries()) {
		const path = `${check.path}.workflow_config.mcp_servers[${index}].api_headers`;
		texts(check, server.api_headers ?? {}, { path, subject: server.name });
	}
}

interface Place {
	path: string;
	subject: string | null;
}

function oneOf(check: Check, value: unknown, words: readonly string[], place: Place): void {
	if (typeof value === 'string' && words.includes(value)) return;
	const shown = typeof value === 'string' ? quoted(value) : kindOf(value);
	const message = `${place.path}: ${shown} is not one of ${words.join(', ')}`;
	check.flaw({ rule: 'R-10', ...place, message, advice: 'Use one of the listed words.' });
}

/** Every value of a map that has to be text (`map<str>`). */
function texts(check: Check, map: Readonly<Record<string, unknown>>, { path, subject }: Place): void {
	for (const [key, value] of Object.entries(map)) {
		if (typeof value === 'string') continue;
		const at = pathTo(path, key);
		const message = `${at} must be text, found ${kindOf(value)}`;
		check.flaw({ rule: 'R-11', path: at, subject, message, advice: 'Write the value in quotes.' });
	}
}

function useCases(check: Check): void {
	for (const [index, node] of check.graph.node_configs.entries()) {
		if (!('use_cases' in node) || node.type === 'unknown' || !Array.isArray(node.use_cases)) continue;
		for (const [at, value] of node.use_cases.entries())
			oneOf(check, value, USE_CASES, {
				path: check.nodePath(index, 'use_cases', at),
				subject: nameOf(node),
			});
	}
}

function models(check: Check): void {
	for (const root of llmRoots(check)) {
		for (const { llm, path, subject } of membersOf(root)) {
			const backends = BACKENDS.get(llm.type);
			const backend = 'backend' in llm && typeof llm.backend === 'string' ? llm.backend.trim() : '';
			if (backends !== undefined && backend !== '')
				oneOf(check, backend, backends, { path: `${path}.backend`, subject });
			if (llm.type !== 'google_llm') continue;
			const level = (llm.thinking_level ?? '').trim().toUpperCase();
			if (level !== '') oneOf(check, level, THINKING_LEVELS, { path: `${path}.thinking_level`, subject });
		}
	}
}
