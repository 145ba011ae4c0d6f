/** The demo from build to Ctrl-C: n8n with the package, an owner, the examples, and a model to answer. */

const { spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { join, resolve } = require('node:path');
const { parseArgs } = require('node:util');
const { N8nClient } = require('../n8n/client');
const { cacheFolder, ensureN8n } = require('../n8n/install');
const { installPackage } = require('../n8n/package');
const { freePort } = require('../n8n/ports');
const { startN8n } = require('../n8n/server');
const { holdConversation, APPOINTMENT_CHAT } = require('./conversation');
const { startStandIn } = require('./stand-in');

const MODEL_CREDENTIAL = 'Interactly demo model';

async function runDemo({ argv, help, root }) {
	const options = readOptions(argv);
	if (options.help) {
		console.log(help);
		return;
	}
	const say = (line) => console.log(line);
	const stops = [];
	const stopAll = async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	};
	const asked = new Promise((done) => {
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => done(signal));
	});
	try {
		const starting = start({ options, root, say, stops });
		// A Ctrl-C while starting ends what is there so far.
		const demo = await Promise.race([starting, asked.then(() => null)]);
		if (demo === null) {
			say('\nStopping.');
			await starting.then(stopAll, stopAll);
		} else if (options.check) {
			await check({ demo, say });
		} else {
			introduce({ demo, say });
			const reason = await Promise.race([asked, demo.server.exited.then(() => 'ended')]);
			say(reason === 'ended' ? `n8n has ended by itself; see ${demo.server.logFile}.` : '\nStopping.');
		}
	} finally {
		await stopAll();
	}
}

function readOptions(argv) {
	const { values } = parseArgs({
		args: argv,
		options: {
			check: { type: 'boolean', default: false },
			folder: { type: 'string', default: join(cacheFolder(), 'demo') },
			port: { type: 'string', default: '5678' },
			help: { type: 'boolean', default: false },
		},
	});
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 0 || port > 65_535)
		throw new Error(`"${values.port}" is not a port.`);
	return { ...values, port, folder: resolve(values.folder) };
}

async function start({ options, root, say, stops }) {
	say('Building the package.');
	build(root);
	const install = await ensureN8n(say);
	const model = await chooseModel(stops);
	say(model.notice);
	say('Installing the package into n8n.');
	fs.mkdirSync(options.folder, { recursive: true });
	await installPackage(options.folder);
	await importGraphs({ root, folder: options.folder });
	const port = await freePort(options.port);
	if (port !== options.port) say(`Port ${options.port} is taken; using ${port}.`);
	say('Starting n8n.');
	const server = await startN8n({ install, userFolder: options.folder, port });
	stops.push(() => server.stop());
	const owner = readOwner(options.folder);
	const client = new N8nClient(server.url);
	await client.signIn(owner);
	await importWorkflows({ client, model, root });
	return { server, client, owner, model, folder: options.folder };
}

function build(root) {
	const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.js')], { stdio: 'inherit' });
	if (status !== 0) throw new Error('the build failed; see above.');
}

async function chooseModel(stops) {
	const apiKey = process.env.OPENAI_API_KEY;
	if (apiKey) {
		const baseUrl = process.env.OPENAI_BASE_URL || 'https://api.openai.com/v1';
		return {
			apiKey,
			baseUrl,
			isStandIn: false,
			notice: `The model at ${baseUrl} answers, with the key of OPENAI_API_KEY.`,
		};
	}
	const standIn = await startStandIn();
	stops.push(standIn.stop);
	const notice =
		'No OPENAI_API_KEY is set: a local stand-in model answers. It follows the example graphs by script.';
	return { apiKey: 'stand-in', baseUrl: standIn.url, isStandIn: true, notice };
}

/** Puts the example graphs into the store of the demo; those already there stay as they are. */
async function importGraphs({ root, folder }) {
	const { openStation } = require(join(root, 'dist', 'lib', 'index.js'));
	const station = await openStation({ path: join(folder, '.n8n', 'interactly', 'interactly.sqlite') });
	try {
		for (const document of readExamples(root, '.')) {
			const id = JSON.parse(document).workflow_config.logical_id;
			if ((await station.store.getWorkflow(id)) === null) await station.importWorkflow({ document, id });
		}
	} finally {
		await station.close();
	}
}

async function importWorkflows({ client, model, root }) {
	const id = await client.putCredential({
		id: 'interactly-demo',
		name: MODEL_CREDENTIAL,
		type: 'interactlyOpenAiApi',
		data: { apiKey: model.apiKey, baseUrl: model.baseUrl, organizationId: '' },
	});
	for (const text of readExamples(root, 'workflows')) {
		const workflow = JSON.parse(text);
		for (const node of workflow.nodes) {
			if (node.type !== 'n8n-nodes-interactly.interactlyGraph') continue;
			node.credentials = { interactlyOpenAiApi: { id, name: MODEL_CREDENTIAL } };
		}
		const stored = await client.putWorkflow(workflow);
		const isTalkable = workflow.nodes.some((node) => /chatTrigger$|\.webhook$/.test(node.type));
		if (isTalkable && stored.created) await client.activate(stored);
	}
}

function readExamples(root, kind) {
	const folder = join(root, 'examples', kind);
	return fs
		.readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.map((name) => fs.readFileSync(join(folder, name), 'utf8'));
}

/** The demo's owner account: made once per user folder, kept in a file only this user can read. */
function readOwner(folder) {
	const path = join(folder, 'owner.json');
	if (!fs.existsSync(path)) {
		const owner = { email: 'owner@example.com', password: `Demo-${randomBytes(6).toString('hex')}-1` };
		fs.writeFileSync(path, JSON.stringify(owner), { mode: 0o600 });
	}
	return JSON.parse(fs.readFileSync(path, 'utf8'));
}

function introduce({ demo: { server, owner, folder, model }, say }) {
	say(`
n8n is ready:
  editor     ${server.url}
  owner      ${owner.email}
  password   ${owner.password}
  demo chat  ${server.url}/webhook/${APPOINTMENT_CHAT}/chat
  answers    ${model.isStandIn ? 'by the local stand-in model' : 'by your model'}
  folder     ${folder} (log: ${server.logFile})

Ctrl-C stops all of it.`);
}

async function check({ demo: { client, server, model }, say }) {
	say(`\nOne conversation through ${server.url}/webhook/${APPOINTMENT_CHAT}/chat:`);
	const faults = await holdConversation({ client, say, checksWords: model.isStandIn });
	for (const fault of faults) say(`FAULT: ${fault}`);
	say(faults.length === 0 ? 'The demo works.' : 'The demo does not work.');
	process.exitCode = faults.length === 0 ? 0 : 1;
}

module.exports = { runDemo };
