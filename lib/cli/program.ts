/** The command line as a whole: the commands, their help, and what becomes of an error. */

import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ChatRequest } from './chat';
import { errorText } from './error-text';
import { EXIT_CODES, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/** Runs one command line to its end. Never throws: an error is told on standard error. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
	const { Command, CommanderError, InvalidArgumentError, Option } = await import('commander');
	let code: ExitCode = EXIT_CODES.fine;
	const versionNumber = (text: string) => {
		if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A version is a whole number.');
		return Number(text);
	};
	/** Runs a command and keeps what it says about the end. */
	const run = async (work: Promise<ExitCode>) => {
		code = await work;
	};
	const program = new Command('interactly')
		.description('Checks, formats, compares, draws and converses with Interactly graphs.')
		.version(packageVersion(), '-V, --version', 'print the version')
		.helpOption('-h, --help', 'explain a command')
		.helpCommand('help [command]', 'explain a command')
		.addHelpText(
			'after',
			'\nExit codes: 0 fine, 1 faults, differences or a failed turn, 2 wrong arguments or an unreadable file or turn,\n130 and the like ended by a signal.',
		)
		// Defaults stand in the descriptions where they say something.
		.configureHelp({
			optionDescription: ({ description, argChoices }) =>
				argChoices === undefined ? description : `${description} (${argChoices.join(', ')})`,
		})
		.exitOverride()
		.configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
		.showHelpAfterError('(interactly help COMMAND explains a command)');

	program
		.command('check')
		.description('find the faults of graphs: where, which rule of the format, and how to mend them')
		.argument('<files...>', 'graph files of any dialect or envelope; - is standard input')
		.option('--json', 'print one JSON document instead of text', false)
		.addHelpText(
			'after',
			'\nExit code 1 when any file has an error; warnings do not count.\n\nExample:\n  interactly check graphs/*.json',
		)
		.action(async (files: string[], options: { json: boolean }) => {
			const { check } = require('./check') as typeof import('./check');
			await run(check(terminal, { files, isJson: options.json }));
		});

	program
		.command('fmt')
		.description('write a graph in its canonical wire form; nothing is lost')
		.argument('<file>', 'graph file of any dialect or envelope; - is standard input')
		.option('-w, --write', 'change the file instead of printing', false)
		.option(
			'--platform',
			"move this package's additions into miscellaneous, where the platform keeps them",
			false,
		)
		.option('--graph', 'print the active graph alone, without the envelope around it', false)
		.addHelpText(
			'after',
			'\nThe result keeps every field, its order and the way its numbers are written; of the spellings it\nchanges, one line each is told on standard error.\n\nExample:\n  interactly fmt --write graph.json',
		)
		.action(async (file: string, options: { write: boolean; platform: boolean; graph: boolean }) => {
			const { format } = require('./fmt') as typeof import('./fmt');
			await run(format(terminal, { file, ...options }));
		});

	program
		.command('diff')
		.description('what changed between two graphs; new ids, moves and written-out defaults do not count')
		.argument('<a>', 'the older graph')
		.argument('<b>', 'the newer graph')
		.option('--version-a <number>', 'version of a bundle to take; default the active one', versionNumber)
		.option('--version-b <number>', 'likewise for the newer graph', versionNumber)
		.option('--json', 'print the differences as the API does', false)
		.addHelpText('after', '\nExit code 0 when nothing changed, 1 when something did.')
		.action(
			async (a: string, b: string, options: { versionA?: number; versionB?: number; json: boolean }) => {
				const { diff } = require('./diff') as typeof import('./diff');
				await run(diff(terminal, { a, b, ...options }));
			},
		);

	program
		.command('draw')
		.description('draw a graph as SVG, PNG or Mermaid text')
		.argument('<file>', 'graph file; - is standard input')
		.addOption(
			new Option(
				'-f, --format <format>',
				'of the picture; default by the name of the output file, else svg',
			).choices(['svg', 'png', 'mermaid']),
		)
		.option('-o, --output <file>', 'write to a file instead of standard output')
		.option(
			'--path <nodes>',
			'ids or names of nodes, separated by commas: the path of a run, drawn over the graph',
		)
		.option('--no-legend', 'leave out the legend')
		.addHelpText(
			'after',
			'\nExamples:\n  interactly draw graph.json -o graph.png\n  interactly draw graph.json --format mermaid',
		)
		.action(
			async (
				file: string,
				options: { format?: 'svg' | 'png' | 'mermaid'; output?: string; path?: string; legend: boolean },
			) => {
				const { draw } = require('./draw') as typeof import('./draw');
				await run(draw(terminal, { file, ...options }));
			},
		);

	program
		.command('chat')
		.description('converse with a graph')
		.argument('[file]', 'graph file; may be left out with --run')
		.option('--json', 'turns in, events out: one JSON object a line', false)
		.option('--script <file>', 'play the turns of a JSON array instead of asking for them')
		.option(
			'--store <place>',
			'keep the run in this SQLite file, made when missing, or in a postgres:// database',
		)
		.option('--run <id>', 'continue a run of the store')
		.option(
			'--model <provider/model>',
			'model of nodes that name none; default by the keys of the environment',
		)
		.option(
			'--allow-private <host>',
			'private host or network the graph may call; may be repeated',
			collect,
			[],
		)
		.option('--trace', 'show every hop from node to node', false)
		.option(
			'--prices <file>',
			'{"models": {"NAME": {"input", "output"}}} in US dollars per million tokens, for the cost told at the end',
		)
		.addHelpText('after', CHAT_HELP)
		.action(async (file: string | undefined, options: Omit<ChatRequest, 'file'>) => {
			const { chat } = require('./chat') as typeof import('./chat');
			await run(chat(terminal, { ...options, ...(file === undefined ? {} : { file }) }));
		});

	try {
		await program.parseAsync([...args], { from: 'user' });
		return code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.fine : EXIT_CODES.trouble;
		terminal.err(errorText(error));
		return EXIT_CODES.trouble;
	}
}

const CHAT_HELP = `
A person types messages; /help lists what else a line may ask for. The end of the input or Ctrl-C ends the talk.

With --json each line of standard input is a turn, as are the items of a --script:
  {"message": "…" or null, "command"?: "start", "data", "resume", "pause", "stop" or "pump",
   "dynamic_variables"?: {…}, "runtime_variables"?: {…}}
Without "command" the first turn starts the run and later ones bring it data. Each turn prints its events as they
become durable and then one line
  {"type": "turn", "run_id", "turn_number", "status", "is_waiting_for_input", "is_completed", "has_background_work"}
with "error": {"code", "message", "advice"} when it failed, was refused or could not be read. A turn that an
interruption cut off is finished before the next one, without repeating what it wrote to other systems.

Keys and addresses of models come from the environment:
  OpenAI      OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_ORG_ID, OPENAI_PROJECT_ID
  Anthropic   ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL
  Google      GOOGLE_API_KEY or GEMINI_API_KEY, GOOGLE_GEMINI_BASE_URL; Vertex: GOOGLE_APPLICATION_CREDENTIALS,
              GOOGLE_CLOUD_PROJECT, GOOGLE_CLOUD_LOCATION
  Azure       AZURE_OPENAI_API_KEY, AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_VERSION or OPENAI_API_VERSION
  Bedrock     AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, AWS_BEARER_TOKEN_BEDROCK or
              AWS_PROFILE; AWS_REGION or AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_BEDROCK_RUNTIME or AWS_ENDPOINT_URL
  Custom      CUSTOM_LLM_BASE_URL, CUSTOM_LLM_API_KEY: any server that speaks OpenAI's chat completions

Examples:
  interactly chat graph.json --store runs.sqlite
  interactly chat --store runs.sqlite --run workflow_run_… --json < turns.jsonl`;

const collect = (value: string, values: string[]) => [...values, value];

function packageVersion(): string {
	const path = findPackageJSON('..', pathToFileURL(__filename));
	return path === undefined
		? 'unknown'
		: (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
