/** The Interactly Trigger n8n node: starts a workflow when a run speaks by itself, waits, ends or fails. */

import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { MAIN } from '../connections';
import { modelCredentials, storeCredential } from '../credentials';
import { toNodeError } from '../rethrow';
import { searchWorkflows, testStore } from '../stored-workflows';
import { listen } from './listen';
import { properties } from './properties';

export class InteractlyTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Interactly Trigger',
		name: 'interactlyTrigger',
		icon: { light: 'file:../interactly.svg', dark: 'file:../interactly.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ ($parameter.events.length > 0 ? $parameter.events.join(", ") : "no events") + ($parameter.runsBackground ? " + background work" : "") }}',
		description:
			'Starts the workflow when an Interactly conversation speaks by itself, waits, ends or fails, and keeps parked conversations moving',
		eventTriggerDescription: 'Waiting for a conversation to do what you have chosen',
		activationMessage:
			'From now on, conversations of the store start this workflow when they do what you have chosen.',
		triggerPanel: {
			header: 'Listens to the conversations of an Interactly store',
			executionsHelp: {
				inactive:
					'<b>To try it out</b>, execute this step, then talk to a graph that uses the same store: the next event appears here.<br><br><b>Once published</b>, the workflow runs by itself at each event, also for what happened while n8n was restarting.',
				active:
					'<b>To try it out</b>, execute this step, then talk to a graph that uses the same store: the next event appears here.<br><br><b>The published workflow</b> goes on running by itself at each event; see the executions list.',
			},
			activationHint:
				'Publish the workflow to keep background work going and to start it at every event from then on.',
		},
		defaults: { name: 'Interactly Trigger' },
		inputs: [],
		outputs: [MAIN],
		credentials: [storeCredential, ...modelCredentials],
		hints: [
			{
				message: 'Nothing is chosen: choose an event, or turn "Run Background Work" on.',
				type: 'warning',
				location: 'ndv',
				whenToDisplay: 'always',
				displayCondition: '={{ $parameter.events.length === 0 && !$parameter.runsBackground }}',
			},
			{
				message:
					'Without background work nothing is said by itself, unless another active Interactly Trigger of this store does it.',
				type: 'info',
				location: 'ndv',
				whenToDisplay: 'always',
				displayCondition: '={{ $parameter.events.includes("said") && !$parameter.runsBackground }}',
			},
		],
		properties,
	};

	methods = { listSearch: { searchWorkflows }, credentialTest: { testStore } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		try {
			const closeFunction = await listen(this);
			// A test listens like the active workflow does: n8n takes the first event and then closes.
			return { closeFunction, manualTriggerFunction: () => Promise.resolve() };
		} catch (error) {
			throw toNodeError(error, { node: this.getNode(), itemIndex: 0 });
		}
	}
}
