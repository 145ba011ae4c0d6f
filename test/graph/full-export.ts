/** An export as the platform writes it (0.3): every field of every object, the unset ones as null or default. */

import type { Json, JsonObject } from '../../lib/json';

const BASE: JsonObject = {
	name: null,
	description: null,
	workflow_id: null,
	version_number: 0,
	disabled: false,
	miscellaneous: {},
};

const LLM: JsonObject = {
	named_llm_config_id: null,
	named_llm_config_name: null,
	streaming: false,
	max_retries: 3,
	max_parse_retries: 3,
	max_tokens: null,
	temperature: null,
	request_timeout_ms: null,
	seed: null,
	model_kwargs: {},
	api_key: null,
	do_not_split_sentences: false,
	truncated_max_recent_messages: null,
};

/** Every model type with its own fields at their defaults (2.14). */
export const MODELS: Readonly<Record<string, JsonObject>> = {
	openai_llm: {
		provider: 'openai',
		model: 'gpt-5.4-mini',
		base_url: null,
		organization: null,
		reasoning_effort: 'low',
	},
	azure_openai_llm: {
		provider: 'azure_openai',
		model: 'gpt-5-mini',
		endpoint: null,
		api_version: null,
		reasoning_effort: 'low',
	},
	google_llm: {
		provider: 'google',
		model: 'gemini-3-flash-preview',
		thinking_budget: 0,
		thinking_level: null,
		backend: null,
	},
	anthropic_llm: {
		provider: 'anthropic',
		model: 'claude-sonnet-4-6',
		thinking_budget: 0,
		backend: 'direct',
		vertex_project: null,
		vertex_location: null,
	},
	bedrock_llm: {
		provider: 'bedrock',
		model: 'zai.glm-4.7-flash',
		region: null,
		aws_access_key_id: null,
		aws_secret_access_key: null,
	},
	custom_llm: {
		provider: 'custom',
		model: null,
		reasoning_effort: null,
		base_url: null,
		default_headers: null,
		rewrite_base_url: false,
		verify_ssl: true,
		response_unwrap_key: null,
		integration_auth: { integration_id: null },
		use_responses_api: false,
		supports_audio_input: false,
	},
	global_default_llm: { provider: 'default_provider' },
	no_llm: { provider: 'default_provider' },
	xai_llm: { provider: 'xai', model: 'grok-4.6', vertex_project: null, vertex_location: null },
	gemma_llm: {
		provider: 'gemma',
		model: 'gemma-4-26b-a4b-it-maas',
		vertex_project: null,
		vertex_location: null,
		enable_thinking: false,
	},
	glm_llm: {
		provider: 'glm',
		model: 'glm-5.2-maas',
		vertex_project: null,
		vertex_location: 'global',
		enable_thinking: false,
	},
	deepseek_llm: {
		provider: 'deepseek',
		model: 'deepseek-v3.2-maas',
		vertex_project: null,
		vertex_location: '',
		enable_thinking: false,
	},
};

export const model = (type: string, more: JsonObject = {}): JsonObject => ({
	logical_id: 'llm_0b1c',
	...LLM,
	...MODELS[type],
	type,
	...more,
});

export const group = (...llms: JsonObject[]): JsonObject => ({
	logical_id: 'llm_group_1',
	named_llm_config_id: null,
	named_llm_config_name: null,
	llms,
	operation_mode: 'sequential_with_proactive',
	min_patience_time_ms: 1500,
	max_patience_time_ms: null,
	type: 'llm_group',
});

export const backchannel = (more: JsonObject = {}): JsonObject => ({
	id: 'llm_group_with_backchannel_1',
	named_llm_config_id: null,
	named_llm_config_name: null,
	main_llm_config: group(model('openai_llm'), model('anthropic_llm')),
	backchannel_llm_config: null,
	non_backchannel_response_prefix: null,
	backchannel_static_responses: [],
	backchannel_static_responses_selection_mode: 'random',
	backchannel_min_patience_time_ms: 2000,
	type: 'llm_group_with_backchannel',
	...more,
});

const TOOL: JsonObject = {
	logical_id: 'tool_1',
	side_effect: null,
	tool_id: null,
	name: null,
	description: null,
	category: null,
	signature: null,
	args_schema: null,
	static_messages_config: null,
	result_runtime_variable_name: 'tool_result',
	ignore_content_received_during_llm_tool_call_specification: false,
	timeout_seconds: null,
	variable_arguments: [],
	result_variable_mappings: [],
	expand_result_into_runtime_variables: false,
};

/** Every tool type (2.16.1). */
export const TOOLS: Readonly<Record<string, JsonObject>> = {
	inline_python: { code: null, allow_code_variable_substitution: true },
	inbuilt_function: { configurable_key: null, extra_config: null },
	external_api: {
		api_endpoint: null,
		api_method: 'GET',
		api_headers: {},
		api_body: null,
		integration_auth: null,
		result_as_media: false,
	},
	knowledge_base: {
		category: 'Knowledge Base',
		signature: 'Looks something up.',
		result_runtime_variable_name: 'kb_tool_result',
		target_knowledge_base_ids: [],
	},
	codebase_function: { function_id: null, extra_config: null },
};

export const tool = (type: string, more: JsonObject = {}): JsonObject => ({
	...TOOL,
	...TOOLS[type],
	type,
	...more,
});

const TALKING: JsonObject = {
	main_response_config: null,
	attachable_llm_config_id: null,
	llms_config: { type: 'global_default_llm' },
	tools_config: null,
	self_loop: true,
	wait_for_user_message: true,
	max_consecutive_tool_calls: 1,
	default_error_message: null,
	use_mcp_tools: false,
	ignore_default_prompt_prefix: false,
	ignore_default_prompt_suffix: false,
	ignore_content_received_during_llm_tool_call_specification: false,
	structured_output_schema: null,
	backchannel_response_config: null,
	realtime_overrides: null,
};

const ATHENA: JsonObject = {
	source_id: null,
	api_key: null,
	department_id: null,
	timezone: 'America/New_York',
	reminders: null,
	slotfill_outreach: false,
	working_hours: null,
	use_cases: [],
};
const PATIENT: JsonObject = {
	first_name: null,
	last_name: null,
	phone_number: null,
	birthdate: null,
	gender: null,
	email: null,
	notes: null,
	mobile_number: null,
};

/** Every node type with its own fields (2.7 to 2.12). */
export const NODES: Readonly<Record<string, JsonObject>> = {
	say_llm: TALKING,
	worker_llm: { ...TALKING, self_loop: false },
	workflow_run_evaluator: {
		...TALKING,
		self_loop: false,
		wait_for_user_message: false,
		input_runtime_variable_name: 'workflow_run_object',
		output_runtime_variable_name: 'evaluator_output_00',
		is_turn_by_turn_evaluator: false,
	},
	say_static: { static_messages_config: null },
	tool_node: {
		tool_config: null,
		tool_arguments: null,
		result_runtime_variable_name: 'tool_result',
		preserve_argument_types: false,
	},
	http_request: {
		url: null,
		method: null,
		headers: null,
		query_parameters: null,
		body_parameters: null,
		body_content_type: null,
		timeout: null,
		response_format: null,
		result_runtime_variable_name: null,
	},
	send_sms: { destination_phone_number: null, message: null },
	start_conversation: {
		is_voice_conversation: false,
		is_outbound_call: true,
		bearer_token: null,
		assistant_number: null,
		user_number: null,
		assistant_id: null,
		conversation_id: null,
		polling_interval_seconds: null,
	},
	end_conversation: { process_transcript_prompt: null, process_transcript_llms_config: null },
	workflow_run_fetch: { workflow_run_id: null, result_runtime_variable_name: null },
	no_op: { note: null, output_runtime_variable_name: null, delay_seconds: null, simulate_failure: false },
	field_extractor: {
		input_runtime_variable_name: null,
		keys_to_retain: [],
		keys_to_retain_runtime_variable_name: null,
		output_runtime_variable_name: null,
	},
	deduplicate: {
		input_runtime_variable_name: null,
		dedup_key: null,
		dedup_key_runtime_variable_name: null,
		output_runtime_variable_name: null,
	},
	super_node: {
		super_workflow_id: null,
		super_workflow_version_number: null,
		field_values: {},
		override_llm_config: false,
		override_only_workflow_default_nodes: false,
		attachable_llm_config_id: null,
		llms_config: null,
		reverse_edge_scope: null,
		super_node_interface: null,
		encapsulated_workflow_config: null,
	},
	google_docs: { credentials: null, operate_document: null },
	athena_patients_search: { ...ATHENA, phone_number: null, full_name: null, birthdate: null },
	athena_patients_create: { ...ATHENA, ...PATIENT },
	athena_patients_update: { ...ATHENA, ...PATIENT, patient_id: null, notes_action: 'append' },
	athena_appointments_create: {
		...ATHENA,
		title: null,
		patient_id: null,
		practitioner_id: null,
		start_time: null,
		duration_in_minutes: null,
	},
};

export const node = (type: string, more: JsonObject = {}): JsonObject => ({
	logical_id: type,
	...BASE,
	primary_category: null,
	secondary_category: null,
	is_start: false,
	global_node_config: null,
	is_guardrail_node: false,
	self_loop_config: null,
	...NODES[type],
	type,
	...more,
});

export const CONDITION: JsonObject = {
	condition_freeform: 'The caller is done',
	condition_expression: null,
	args_schema: null,
	static_messages_config: null,
	dynamic_messages_config: null,
};

export const edge = (from: string, to: string, more: JsonObject = {}): JsonObject => ({
	logical_id: `${from}_${to}`,
	...BASE,
	type: 'direct',
	source_node_logical_id: from,
	destination_node_logical_id: to,
	companion_thread_config: null,
	...more,
});

export const conditional = (from: string, to: string, condition: Json = CONDITION): JsonObject => ({
	logical_id: `${from}_${to}`,
	...BASE,
	type: 'conditional',
	source_node_logical_id: from,
	destination_node_logical_id: to,
	condition,
	evaluate_while_waiting_config: null,
});

export const CONFIG: JsonObject = {
	logical_id: 'workflow_1',
	name: 'Line',
	description: null,
	category: 'User Created',
	attachable_llm_config_id: null,
	llms_config: model('openai_llm'),
	main_response_config: null,
	backchannel_response_config: null,
	default_prompt_prefix: null,
	default_prompt_suffix: null,
	ignore_content_received_during_llm_tool_call_specification: false,
	tools_config: null,
	mcp_servers: null,
	global_condition_evaluation_method: null,
	nodes: [],
	edges: [],
	miscellaneous: {},
	access_config: { access_level: null, access_list: null },
	evaluation_config: null,
	guardrail_strikes_config: null,
	voice_persona: null,
};

export const hydrated = (nodes: Json[], edges: Json[], config: JsonObject = {}): JsonObject => ({
	workflow_config: { ...CONFIG, ...config },
	node_configs: nodes,
	edge_configs: edges,
	dynamic_variables: {},
	runtime_variables: {},
	generated_voice_persona: null,
});

/** A start and, behind it, one node of every type in a row of direct edges. */
export function everyNode(): JsonObject {
	const types = Object.keys(NODES).filter((type) => type !== 'super_node');
	const nodes = types.map((type, index) => node(type, { is_start: index === 0 }));
	const edges = types.slice(1).map((type, index) => edge(types[index] ?? '', type));
	return hydrated(nodes, edges);
}
