/** The figures: which processes are measured for each group, what is compared, and what is allowed. */

import type { Readings } from './readings.ts';

/** One process to measure: a file of `subjects/` and its parameters. */
export type Subject = readonly [file: string, ...parameters: string[]];

export interface Budget {
	/** What is allowed, in words. */
	text: string;
	/** What was reached, in the unit of the limit. */
	reached: (readings: Readings) => number;
	atMost?: number;
	atLeast?: number;
}

export interface Figure {
	name: string;
	unit: string;
	/** Keys of the readings. */
	ours: string;
	peers?: Record<string, string>;
	floor?: string;
	budgets: Budget[];
}

export interface Group {
	name: string;
	subjects: readonly Subject[];
	/** One round where nothing depends on time. */
	rounds?: number;
	figures: Figure[];
}

const ratio = (above: string, below: string) => (readings: Readings) => readings.ratio(above, below);
const value = (key: string) => (readings: Readings) => readings.median(key);

export const GROUPS: readonly Group[] = [
	{
		name: 'step',
		subjects: [
			['step-ours.ts', '1000'],
			['step-ours.ts', '10000'],
			['step-xstate.ts'],
			['step-langgraph.ts'],
			['step-floor.ts'],
		],
		figures: [
			{
				name: 'step, graph of 1,000 nodes',
				unit: 'µs',
				ours: 'step.ours.1000',
				peers: {
					'XState transition': 'step.xstate.transition',
					'XState actor': 'step.xstate.actor',
					LangGraph: 'step.langgraph',
				},
				floor: 'step.floor',
				budgets: [
					{
						text: '1/5 of XState (transition)',
						reached: ratio('step.ours.1000', 'step.xstate.transition'),
						atMost: 1 / 5,
					},
					{ text: '1/90 of LangGraph', reached: ratio('step.ours.1000', 'step.langgraph'), atMost: 1 / 90 },
					{ text: 'aim: 5 µs', reached: value('step.ours.1000'), atMost: 5 },
				],
			},
			{
				name: 'step, graph of 10,000 nodes',
				unit: 'µs',
				ours: 'step.ours.10000',
				budgets: [
					{
						text: 'the same as with 1,000 (+20 %)',
						reached: ratio('step.ours.10000', 'step.ours.1000'),
						atMost: 1.2,
					},
				],
			},
		],
	},
	{
		name: 'durable',
		subjects: [['durable-ours.ts'], ['commits.ts']],
		figures: [
			{
				name: 'step, durable in SQLite NORMAL',
				unit: 'µs',
				ours: 'durable.ours',
				floor: 'durable.floor',
				budgets: [{ text: '2 × a bare commit', reached: ratio('durable.ours', 'durable.floor'), atMost: 2 }],
			},
		],
	},
	{
		name: 'turns',
		subjects: [
			['turns-ours.ts', 'normal'],
			['turns-ours.ts', 'full'],
			['turns-langgraph.ts'],
			['turns-xstate.ts'],
			['turns-floor.ts', 'normal'],
			['turns-floor.ts', 'full'],
		],
		figures: [
			{
				name: '50 × 20 turns, SQLite NORMAL',
				unit: 'turns/s',
				ours: 'turns.ours.normal',
				peers: { XState: 'turns.xstate', LangGraph: 'turns.langgraph' },
				floor: 'turns.floor.normal',
				budgets: [
					{ text: '20 × LangGraph', reached: ratio('turns.ours.normal', 'turns.langgraph'), atLeast: 20 },
					{ text: 'ahead of XState', reached: ratio('turns.ours.normal', 'turns.xstate'), atLeast: 1 },
					{
						text: '37 % of the floor',
						reached: ratio('turns.ours.normal', 'turns.floor.normal'),
						atLeast: 0.37,
					},
				],
			},
			{
				name: '50 × 20 turns, SQLite FULL',
				unit: 'turns/s',
				// A flush is a wait: here the time that passes is what counts.
				ours: 'turns.ours.full.wall',
				floor: 'turns.floor.full.wall',
				budgets: [
					{
						text: '60 % of the floor',
						reached: ratio('turns.ours.full.wall', 'turns.floor.full.wall'),
						atLeast: 0.6,
					},
				],
			},
		],
	},
	{
		name: 'postgres',
		subjects: [['turns-postgres-ours.ts'], ['turns-postgres-langgraph.ts'], ['turns-postgres-floor.ts']],
		figures: [
			{
				name: '50 × 20 turns, Postgres',
				unit: 'turns/s',
				// The server works beside us and flushes its disk: here the time that passes is what counts.
				ours: 'turns.postgres.ours.wall',
				peers: { LangGraph: 'turns.postgres.langgraph.wall' },
				floor: 'turns.postgres.floor.wall',
				budgets: [
					{
						text: '10 × LangGraph',
						reached: ratio('turns.postgres.ours.wall', 'turns.postgres.langgraph.wall'),
						atLeast: 10,
					},
					{
						text: '42 % of the floor',
						reached: ratio('turns.postgres.ours.wall', 'turns.postgres.floor.wall'),
						atLeast: 0.42,
					},
				],
			},
		],
	},
	{
		name: 'large',
		subjects: [
			['turn-large.ts', '5000'],
			['turn-large.ts', '5'],
		],
		figures: [
			{
				name: 'turn, graph of 5,000 nodes',
				unit: 'µs',
				ours: 'large.5000',
				budgets: [
					{ text: 'the same as with 5 (+20 %)', reached: ratio('large.5000', 'large.5'), atMost: 1.2 },
				],
			},
		],
	},
	{
		name: 'bytes',
		subjects: [['bytes-ours.ts'], ['bytes-langgraph.ts']],
		rounds: 1,
		figures: [
			{
				name: 'stored beside the text, turn 20',
				unit: 'bytes',
				ours: 'bytes.ours.20',
				peers: { LangGraph: 'bytes.langgraph.20' },
				budgets: [{ text: '1,500 bytes', reached: value('bytes.ours.20'), atMost: 1500 }],
			},
			{
				name: 'stored beside the text, turn 200',
				unit: 'bytes',
				ours: 'bytes.ours.200',
				peers: { LangGraph: 'bytes.langgraph.200' },
				budgets: [{ text: '1,500 bytes', reached: value('bytes.ours.200'), atMost: 1500 }],
			},
			{
				name: 'stored beside the text, turn 500',
				unit: 'bytes',
				ours: 'bytes.ours.500',
				budgets: [
					{ text: '1.1 × turn 20', reached: ratio('bytes.ours.500', 'bytes.ours.20'), atMost: 1.1 },
					{
						text: '1,500 a turn, snapshot and graph included',
						reached: value('bytes.ours.all'),
						atMost: 1500,
					},
				],
			},
		],
	},
	{
		name: 'start',
		subjects: [
			['start-up.ts', 'classes'],
			['start-up.ts', 'empty'],
		],
		figures: [
			{
				name: 'start-up, all n8n classes',
				unit: 'ms',
				ours: 'start.ms',
				budgets: [{ text: '30 ms', reached: value('start.ms'), atMost: 30 }],
			},
			{
				name: 'start-up, memory above an empty process',
				unit: 'MB',
				ours: 'start.mb',
				floor: 'start.empty.mb',
				budgets: [
					{
						text: '10 MB above',
						reached: (readings) => readings.median('start.mb') - readings.median('start.empty.mb'),
						atMost: 10,
					},
				],
			},
		],
	},
	{
		name: 'calls',
		subjects: [['calls.ts']],
		rounds: 1,
		figures: [
			{
				name: 'model calls, reply and three freeform edges',
				unit: 'calls',
				ours: 'calls.ours',
				budgets: [{ text: '1 call', reached: value('calls.ours'), atMost: 1 }],
			},
		],
	},
	{
		name: 'parse',
		subjects: [['parse.ts']],
		figures: [
			{
				name: 'parse and check, 5,000 nodes',
				unit: 'ms',
				ours: 'parse.5000.ms',
				floor: 'parse.json.ms',
				budgets: [
					{ text: '25 × JSON.parse', reached: ratio('parse.5000.ms', 'parse.json.ms'), atMost: 25 },
					{ text: '12 × that of 500 nodes', reached: ratio('parse.5000.ms', 'parse.500.ms'), atMost: 12 },
				],
			},
		],
	},
	{
		name: 'adapter',
		subjects: [['adapter.ts']],
		figures: [
			{
				name: 'model call through the adapter, whole',
				unit: 'ms',
				ours: 'adapter.ours.whole',
				peers: { 'openai library': 'adapter.official.whole' },
				budgets: [{ text: '1 ms more', reached: value('adapter.added.whole'), atMost: 1 }],
			},
			{
				name: 'model call through the adapter, streaming',
				unit: 'ms',
				ours: 'adapter.ours.streaming',
				peers: { 'openai library': 'adapter.official.streaming' },
				budgets: [{ text: '1 ms more', reached: value('adapter.added.streaming'), atMost: 1 }],
			},
			{
				name: 'first piece of a streamed reply, after the server sent it',
				unit: 'ms',
				ours: 'adapter.firstPiece',
				budgets: [{ text: '5 ms', reached: value('adapter.firstPiece'), atMost: 5 }],
			},
		],
	},
	{
		name: 'parked',
		subjects: [['parked.ts']],
		figures: [
			{
				name: 'heap of one more parked run',
				unit: 'bytes',
				ours: 'parked.heap-bytes',
				budgets: [{ text: '1,024 bytes', reached: value('parked.heap-bytes'), atMost: 1024 }],
			},
			{
				name: 'resident memory of one more parked run',
				unit: 'bytes',
				ours: 'parked.rss-bytes',
				budgets: [],
			},
		],
	},
];
