/** The Interactly Trigger at work: its settings, its watch on the store, and the background work beside it. */

import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';
import type { Access, Happening } from '../../lib/index';
import { allowedHosts, library, openStation, providerKeys } from '../host';
import type { Provider } from '../credentials';
import { toNodeError } from '../rethrow';
import { eventsOf, itemOf, type RunEventName } from './item';

interface Settings {
	events: RunEventName[];
	/** Only runs of this stored workflow; null for all. */
	workflowId: string | null;
	runsBackground: boolean;
	includesEvents: boolean;
}

/**
 * Begins to listen; returns the way to stop.
 *
 * @throws {InteractlyError} The store cannot be opened, or nothing is chosen that the node could do.
 */
export async function listen(context: ITriggerFunctions): Promise<() => Promise<void>> {
	const settings = readSettings(context);
	const { events, workflowId, runsBackground, includesEvents } = settings;
	const access = runsBackground ? await accessOf(context) : null;
	const station = await openStation(context);
	const chosen = (happening: Happening) => eventsOf(happening).filter((event) => events.includes(event));
	const watch = await station.runner.watch({
		// Several n8n may share a store, and a workflow copied between them has the same IDs in each.
		name: `${context.getInstanceId()} ${nameOf(context)}`,
		from: beginningOf(context),
		wants: (happening) => isOf(workflowId, happening) && chosen(happening).length > 0,
		// The key lets n8n itself refuse a second execution for the same thing; older versions know no key.
		delivery: context.emit.length >= 4 ? 'atLeastOnce' : 'atMostOnce',
		onHappening: (happening) => {
			const items = chosen(happening).map((event) => ({
				json: itemOf(happening, { event, includesEvents }),
			}));
			return startExecution(context, { items, key: `${nameOf(context)} ${happening.id}` });
		},
	});
	const background =
		access === null
			? null
			: station.startBackground(
					{
						...(workflowId === null ? {} : { workflowId }),
						onFailure: (error) => showFailure(context, error),
					},
					access,
				);
	return async () => {
		await background?.stop();
		await watch.stop();
	};
}

/** Fulfills when the execution has ended, or n8n has refused it as the second of its kind. */
async function startExecution(
	context: ITriggerFunctions,
	{ items, key }: { items: INodeExecutionData[]; key: string },
): Promise<void> {
	if (context.emit.length < 4) {
		context.emit([items]);
		return;
	}
	const done = context.helpers.createDeferredPromise<IRun>();
	context.emit([items], undefined, done, key);
	const refusal: unknown = await done.promise.then(
		() => null,
		(error: unknown) => error,
	);
	if (refusal === null) return;
	// n8n's engine 2.0 starts executions only for those who do not wait for them.
	if (refusal instanceof Error && refusal.name === 'UserError')
		context.emit([items], undefined, undefined, key);
	else throw toNodeError(refusal, { node: context.getNode(), itemIndex: 0 });
}

/** A failed execution in the list, which also starts the error workflow; the trigger goes on listening. */
function showFailure(context: ITriggerFunctions, error: unknown): void {
	// Older versions of n8n have no such call; there the log tells.
	const save = context.saveFailedExecution as ITriggerFunctions['saveFailedExecution'] | undefined;
	save?.call(context, toNodeError(error, { node: context.getNode(), itemIndex: 0 }));
}

function readSettings(context: ITriggerFunctions): Settings {
	const { ConfigurationError } = library();
	const events = context.getNodeParameter('events', []) as RunEventName[];
	const runsBackground = context.getNodeParameter('runsBackground', true) as boolean;
	if (events.length === 0 && !runsBackground) {
		throw new ConfigurationError('TRIGGER_IDLE', 'The trigger has nothing to do: no event is chosen.', {
			advice: 'Choose an event, or turn "Run Background Work" on.',
			place: 'Trigger On',
		});
	}
	const includesEvents = context.getNodeParameter('options.includeEvents', false) === true;
	return { events, workflowId: readWorkflow(context), runsBackground, includesEvents };
}

function readWorkflow(context: ITriggerFunctions): string | null {
	if (context.getNodeParameter('scope', 'all') !== 'workflow') return null;
	const id: unknown = context.getNodeParameter('workflowId', '', { extractValue: true });
	if (typeof id === 'string' && id.trim() !== '') return id.trim();
	const { ConfigurationError } = library();
	throw new ConfigurationError('WORKFLOW_MISSING', 'No workflow of the store is chosen.', {
		advice: 'Choose one from the list, or set "Runs Of" to All Graphs.',
		place: 'Workflow',
	});
}

async function accessOf(context: ITriggerFunctions): Promise<Access> {
	const providers = context.getNodeParameter('providers', []) as Array<Provider | 'graph'>;
	return {
		credentials: await providerKeys(context, providers, 0),
		allowedPrivateHosts: allowedHosts(context.getNodeParameter('options.allowedPrivateHosts', '')),
	};
}

function isOf(workflowId: string | null, { result }: Happening): boolean {
	return workflowId === null || result.workflowId === workflowId;
}

/** A test in the editor has a place of its own, so that it takes nothing from the active workflow. */
function nameOf(context: ITriggerFunctions): string {
	const place = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
	return context.getMode() === 'manual' ? `test ${place}` : `trigger ${place}`;
}

/** Who switches a workflow on wants news; a restart of n8n, or a change to the active workflow, loses nothing. */
function beginningOf(context: ITriggerFunctions): 'last' | 'now' {
	if (context.getMode() === 'manual') return 'now';
	return ['init', 'update', 'leadershipChange'].includes(context.getActivationMode()) ? 'last' : 'now';
}
