/** Graph draw: a picture to look at in the editor and one to download, with the way of a run if wanted. */

import { library } from '../../host';
import { pictureFiles } from '../../picture';
import { readText } from '../../values';
import { WithFiles, type Call, type Operation } from '../operation';
import {
	graphFromField,
	graphJsonField,
	jsonOption,
	readGraphSource,
	storedWorkflowField,
	storeOption,
	versionTextField,
} from './fields';

const runOption = {
	name: 'Run',
	value: 'run',
	description: 'The graph a conversation is held with, its way drawn over it',
};

export const drawGraph: Operation = {
	option: {
		name: 'Draw',
		value: 'draw',
		action: 'Draw a graph',
		description: 'Draw a graph as a PNG to look at and an SVG to download',
	},
	fields: [
		{ ...graphFromField, options: [jsonOption, runOption, storeOption] },
		graphJsonField,
		storedWorkflowField,
		{
			displayName: 'Run ID',
			name: 'runId',
			type: 'string',
			default: '={{ $json.runId }}',
			required: true,
			placeholder: 'workflow_run_…',
			displayOptions: { show: { graphFrom: ['run'] } },
			description: 'The "runId" of an Interactly Graph item',
		},
		{
			displayName: 'Options',
			name: 'drawOptions',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Format',
					name: 'format',
					type: 'options',
					options: [
						{ name: 'PNG', value: 'png', description: 'Shown by the button View of the output' },
						{ name: 'PNG and SVG', value: 'both' },
						{ name: 'SVG', value: 'svg', description: 'Sharp at any size; for download only' },
					],
					default: 'both',
				},
				{
					displayName: 'Legend',
					name: 'legend',
					type: 'boolean',
					default: true,
					description: 'Whether the picture explains its shapes and lines',
				},
				{
					displayName: 'Show Way of Run',
					name: 'pathOfRun',
					type: 'string',
					default: '',
					placeholder: 'workflow_run_…',
					description: 'ID of a run whose way is drawn over the graph chosen above',
				},
				versionTextField({ displayName: 'Version', name: 'version' }),
			],
		},
	],
	async execute(call) {
		const { context, itemIndex } = call;
		const { drawPicture, drawnPathOf } = library();
		const { graph, path } = await readDrawn(call);
		const format = context.getNodeParameter('drawOptions.format', itemIndex, 'both') as string;
		const picture = await drawPicture({
			graph,
			path: path === null ? null : drawnPathOf({ path }, graph),
			withLegend: context.getNodeParameter('drawOptions.legend', itemIndex, true) === true,
			withPng: format !== 'svg',
		});
		const name = graph.workflow_config.name ?? null;
		const size = { nodes: graph.node_configs.length, edges: graph.edge_configs.length };
		const keys = format === 'png' ? { png: 'png' } : { png: 'png', svg: 'svg' };
		const files = await pictureFiles(context, { picture, name, keys });
		return [new WithFiles({ name, ...size, path }, files)];
	},
};

/** The graph, and the way to draw over it or null. */
async function readDrawn(call: Call) {
	const { context, itemIndex, station } = call;
	if (context.getNodeParameter('graphFrom', itemIndex) === 'run') {
		const runId = readText(context, 'runId', itemIndex);
		if (runId === undefined) throw runMissing();
		return await station.runner.journey(runId);
	}
	const { graph } = await library().openGraph(station.store, readGraphSource(call, 'drawOptions.version'));
	const runId = readText(context, 'drawOptions.pathOfRun', itemIndex);
	return { graph, path: runId === undefined ? null : (await station.runner.journey(runId)).path };
}

function runMissing(): Error {
	return new (library().InputError)('RUN_MISSING', 'The run ID is empty.', {
		advice: 'Write the ID of a run, or an expression that yields one.',
		place: 'Run ID',
	});
}
