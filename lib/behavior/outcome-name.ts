/** The name under which a node tells whether it worked: `<name>_success` and `<name>_error` (R4.29, R6.13). */

import type { Node } from '../graph/node';
import { resultNameOf } from '../tool/result';

/** Null for node types without such variables. */
export function outcomeNameOf(node: Node): string | null {
	switch (node.type) {
		case 'http_request':
			return node.result_runtime_variable_name || 'http_request_result';
		case 'tool_node':
			return node.tool_config === null
				? node.result_runtime_variable_name
				: resultNameOf(node.tool_config, node.result_runtime_variable_name);
		case 'no_op':
			return node.output_runtime_variable_name || 'no_op_result';
		case 'deduplicate':
			return node.output_runtime_variable_name || 'deduplicate_result';
		case 'field_extractor':
			return node.output_runtime_variable_name || 'field_extractor_result';
		case 'send_sms':
		case 'google_docs':
		case 'athena_patients_search':
		case 'athena_patients_create':
		case 'athena_patients_update':
		case 'athena_appointments_create':
			return node.type;
		default:
			return null;
	}
}
