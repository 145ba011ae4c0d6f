/** Tools: bound arguments (3.8), result mappings (3.9) and the rest (3.10). */

import { quoted } from '../fault';
import { slotsIn } from '../format-slots';
import { findSyntaxError } from '../syntax';
import type { Node, ToolNode } from '../node';
import type { ExternalApiTool, ResultMapping, Tool, VariableArgument } from '../tool';
import { type Check, hasPlaceholder, nameOf } from './context';
import { type PlacedTool, tools } from './walk';

export function checkTools(check: Check): void {
	for (const placed of tools(check)) {
		const place = { path: placed.path, subject: subjectOfTool(placed) };
		boundArguments(check, placed.tool, place);
		resultMappings(check, placed, place);
		if (placed.tool.type === 'external_api') externalApi(check, placed.tool, place);
		if (placed.tool.type === 'inline_python') pastedPlaceholders(check, placed.tool, place);
	}
	responseMappings(check);
}

interface Place {
	path: string;
	subject: string | null;
}

function subjectOfTool({ tool, node }: PlacedTool): string {
	return node === null ? (tool.name ?? tool.logical_id ?? 'unnamed tool') : nameOf(node);
}

const PYTHON_KEYWORDS = new Set(
	(
		'False None True and as assert async await break class continue def del elif else except finally for from ' +
		'global if import in is lambda nonlocal not or pass raise return try while with yield'
	).split(' '),
);
const IDENTIFIER = /^[\p{L}_\p{Nl}][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u;

function boundArguments(check: Check, tool: Tool, place: Place): void {
	const seen = new Set<string>();
	const slots = tool.type === 'external_api' ? templateSlots(tool) : null;
	const registered = tool.type === 'inbuilt_function' ? (check.options.argumentsOf?.(tool) ?? null) : null;
	for (const [index, argument] of tool.variable_arguments.entries()) {
		const { argument_name: name } = argument;
		const path = `${place.path}.variable_arguments[${index}]`;
		const report = (rule: string, message: string, advice: string) =>
			check.error({ rule, path, subject: place.subject, message, advice });
		oneArgument(argument, report);
		if (seen.has(name))
			report('R-59', `argument ${quoted(name)} is bound twice`, 'Keep one of the two bindings.');
		seen.add(name);
		if (slots !== null && !slots.has(name)) {
			const advice = `Put {${name.slice(0, 40)}} into the endpoint, a header value or the body, or remove the binding.`;
			report('R-60', `argument ${quoted(name)} is not used by any template`, advice);
		}
		if (tool.type === 'knowledge_base' && name !== 'query') {
			report(
				'R-61',
				`a knowledge base only takes query, found ${quoted(name)}`,
				'Bind query, or remove the binding.',
			);
		}
		if (registered !== null && !registered.includes(name)) {
			const message = `tool ${tool.tool_id ?? tool.name ?? 'unnamed'} has no argument ${quoted(name)}`;
			report('R-62', message, `Bind one of: ${registered.join(', ') || 'none'}.`);
		}
	}
}

function oneArgument(
	argument: VariableArgument,
	report: (rule: string, message: string, advice: string) => void,
): void {
	const { argument_name: name, source, variable_path, expose_to_llm, override_provided_value } = argument;
	if (!IDENTIFIER.test(name.normalize('NFKC')) || PYTHON_KEYWORDS.has(name)) {
		report(
			'R-56',
			`${quoted(name)} cannot be an argument name`,
			'Use letters, digits and _, no leading digit, no Python keyword.',
		);
	}
	if (source !== 'literal' && (variable_path ?? '').trim() === '') {
		report(
			'R-57',
			`argument ${quoted(name)} needs variable_path`,
			'Name the variable, or set source to literal.',
		);
	}
	if (!expose_to_llm && !override_provided_value) {
		const advice = 'Set expose_to_llm or override_provided_value to true.';
		report('R-58', `argument ${quoted(name)} can never take effect`, advice);
	}
}

/** Slots of an external API; null when the tool is only a reference and its templates are elsewhere. */
function templateSlots(tool: ExternalApiTool): Set<string> | null {
	const isBlank = (value: unknown) =>
		value === null ||
		value === undefined ||
		value === '' ||
		(typeof value === 'object' && Object.keys(value).length === 0);
	if (tool.tool_id && isBlank(tool.api_endpoint) && isBlank(tool.api_headers) && isBlank(tool.api_body))
		return null;
	return slotsIn(tool.api_endpoint, tool.api_headers, bodyOf(tool));
}

/** The body as it is stored: text is parsed when it can be. */
function bodyOf(tool: ExternalApiTool): unknown {
	if (typeof tool.api_body !== 'string') return tool.api_body;
	try {
		return JSON.parse(tool.api_body) as unknown;
	} catch (error) {
		if (error instanceof SyntaxError) return tool.api_body;
		throw error;
	}
}

function resultMappings(check: Check, { tool, node, isOwn }: PlacedTool, place: Place): void {
	const own = tool.result_runtime_variable_name ?? 'tool_result';
	const mappings = tool.result_variable_mappings;
	const path = `${place.path}.result_variable_mappings`;
	targets(check, mappings, { ...place, path, reserved: [own, 'tool_result'] });
	if (!isOwn || node?.type !== 'tool_node') return;
	const effective = resultNameOf(node);
	if (effective === own || effective === 'tool_result') return;
	for (const [index, mapping] of mappings.entries()) {
		if (!isOutcomeOf(mapping.target_variable_name, effective)) continue;
		const message = `${mapping.target_variable_name} is reserved by node ${nameOf(node)}`;
		check.error({
			rule: 'R-68',
			path: `${path}[${index}]`,
			subject: place.subject,
			message,
			advice: 'Choose another target.',
		});
	}
}

/** The variable a tool node writes (2.8): its own name, else the tool's, else `tool_result`. */
export function resultNameOf(node: ToolNode): string {
	const own = node.result_runtime_variable_name;
	if (own !== null && own !== '' && own !== 'tool_result') return own;
	return node.tool_config?.result_runtime_variable_name || 'tool_result';
}

function isOutcomeOf(target: string, name: string): boolean {
	return target === `${name}_success` || target === `${name}_error`;
}

function targets(
	check: Check,
	mappings: readonly ResultMapping[],
	place: Place & { reserved: readonly string[] },
): void {
	const seen = new Set<string>();
	for (const [index, { target_variable_name: target }] of mappings.entries()) {
		const report = (rule: string, message: string, advice: string) =>
			check.error({
				rule,
				path: `${place.path}[${index}].target_variable_name`,
				subject: place.subject,
				message,
				advice,
			});
		if (target.trim() === '') {
			report('R-63', 'target_variable_name must not be blank', 'Name the variable to write.');
			continue;
		}
		if (target.startsWith('_'))
			report('R-64', `${quoted(target)}: names starting with _ are reserved`, 'Choose another name.');
		else if (!IDENTIFIER.test(target)) {
			report(
				'R-65',
				`${quoted(target)} is not a plain variable name`,
				'Use letters, digits and _, no leading digit.',
			);
		}
		if (seen.has(target))
			report('R-66', `${quoted(target)} is written twice`, 'Keep one of the two mappings.');
		seen.add(target);
		if (place.reserved.some((name) => isOutcomeOf(target, name))) {
			report('R-67', `${quoted(target)} is reserved for the outcome of the call`, 'Choose another target.');
		}
	}
}

function externalApi(check: Check, tool: ExternalApiTool, place: Place): void {
	const hasMappings = tool.result_variable_mappings.length > 0 || tool.expand_result_into_runtime_variables;
	if (tool.result_as_media && hasMappings) {
		const message = 'a media result cannot be mapped';
		const advice = 'Remove the mappings and the expansion, or set result_as_media to false.';
		check.error({
			rule: 'R-69',
			path: `${place.path}.result_as_media`,
			subject: place.subject,
			message,
			advice,
		});
	}
	const report = (rule: string, message: string, advice: string) =>
		check.error({ rule, path: `${place.path}.api_body`, subject: place.subject, message, advice });
	const given = tool.api_body;
	if (typeof given === 'string' && given.trim() === '') return;
	let body: unknown = given;
	if (typeof given === 'string') {
		try {
			body = JSON.parse(given) as unknown;
			if (typeof body === 'string') return;
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			const { found, line, column } = findSyntaxError(given);
			const message = `api_body is not valid JSON: ${found} at line ${line}, column ${column}`;
			report('R-70', message, 'Put placeholders inside of quoted texts, and check quotes and commas.');
			return;
		}
	}
	if (body === null || (typeof body === 'object' && !Array.isArray(body))) return;
	report('R-71', 'api_body must be an object', 'Wrap the value in an object.');
}

const CODE_PLACEHOLDER = /\{\{[^{}]+\}\}|\[\[[^[\]]+\]\]/g;

function pastedPlaceholders(
	check: Check,
	tool: Extract<Tool, { type: 'inline_python' }>,
	place: Place,
): void {
	if (!tool.allow_code_variable_substitution || tool.code === null || !hasPlaceholder(tool.code)) return;
	// Nested lists and dict literals look like placeholders too; only names are reported.
	const names = [...tool.code.matchAll(CODE_PLACEHOLDER)]
		.map(([text]) => text)
		.filter((text) => /^..\s*[A-Za-z_][\w. ]*[\s|}\]]/.test(text));
	for (const text of new Set(names)) {
		check.warning({
			rule: 'R-73',
			path: `${place.path}.code`,
			subject: place.subject,
			message: `bind ${quoted(nameIn(text))} as an argument instead of pasting it into code`,
			advice: 'Add it to variable_arguments and set allow_code_variable_substitution to false.',
		});
	}
}

/** The placeholder without its filters, whose arguments may be anything. */
function nameIn(placeholder: string): string {
	const [name = ''] = placeholder.split('|', 1);
	return name === placeholder
		? placeholder
		: `${name.trimEnd()}${placeholder.startsWith('{{') ? '}}' : ']]'}`;
}

/** Our own mappings of HTTP nodes (4.4): the same rules, with the node's result name. */
function responseMappings(check: Check): void {
	for (const [index, node] of check.graph.node_configs.entries()) {
		if (!isMapped(node)) continue;
		const path = check.nodePath(index, 'response_mapping');
		const reserved = [node.result_runtime_variable_name ?? 'http_request_result'];
		targets(check, node.response_mapping, { path, subject: nameOf(node), reserved });
	}
}

function isMapped(node: Node): node is Extract<Node, { type: 'http_request' }> {
	return node.type === 'http_request' && node.response_mapping.length > 0;
}
