/** What one operation of the Interactly node is: its fields, and what it does for one item. */

import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import type { Station } from '../../lib/index';

export interface Call {
	context: IExecuteFunctions;
	itemIndex: number;
	station: Station;
}

/** An item with files beside its data. */
export class WithFiles {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}

export interface Operation {
	/** The entry in the list of operations; its value is the operation's name. */
	option: INodePropertyOptions & { value: string; action: string };
	/** Fields shown for this operation only. */
	fields: INodeProperties[];
	/** @returns One object per item of the output. */
	execute(call: Call): Promise<Array<IDataObject | WithFiles>>;
}

export interface Resource {
	option: INodePropertyOptions & { value: string };
	operations: readonly Operation[];
	/** Value of the operation chosen at first. */
	preselected: string;
}

/** The list of operations of a resource and all their fields, each shown where it belongs. */
export function propertiesOf({ option, operations, preselected }: Resource): INodeProperties[] {
	const show = { resource: [option.value] };
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options: operations.map((operation) => operation.option),
			default: preselected,
			displayOptions: { show },
		},
		...operations.flatMap((operation) =>
			operation.fields.map((field) => ({
				...field,
				displayOptions: {
					...field.displayOptions,
					show: { ...field.displayOptions?.show, ...show, operation: [operation.option.value] },
				},
			})),
		),
	];
}
