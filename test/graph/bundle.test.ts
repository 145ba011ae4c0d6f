/** Bundles out and in, names, clones, tool bundles, and the secrets that never travel. */

import type { JsonObject } from '../../lib/json';
import { cloneGraph, exportBundle, exportTool, importTool, selectVersions } from '../../lib/graph/bundle';
import { parseDocument } from '../../lib/graph/parse';
import {
	applySecretOverrides,
	extractSecrets,
	findSecrets,
	redactSecrets,
	restoreSecrets,
} from '../../lib/graph/secrets';
import { example } from './examples';

const SECRET = 'sk-live-0123456789';
const graph = (name: string): JsonObject => ({
	workflow_config: { name, llms_config: { type: 'openai_llm', api_key: SECRET } },
	node_configs: [
		{
			type: 'http_request',
			logical_id: 'a',
			workflow_id: 'w1',
			is_start: true,
			headers: { Authorization: `Bearer ${SECRET}`, Accept: 'text/plain', 'X-Key': '{{key}}' },
		},
		{ type: 'say_llm', logical_id: 'b', max_turns: 2 },
	],
	edge_configs: [
		{ type: 'direct', logical_id: 'e', source_node_logical_id: 'a', destination_node_logical_id: 'b' },
	],
});
const versions = [0, 1, 2].map((number) => ({ number, name: `v${number}`, raw: graph(`Line ${number}`) }));

describe('1.7: export', () => {
	test('chosen versions, the active one, secrets left out and listed', () => {
		const bundle = exportBundle({ versions, chosen: [0, 2], activeVersion: 2 });
		expect(JSON.stringify(bundle)).not.toContain(SECRET);
		expect(bundle.redactions).toEqual([
			'versions.0.workflow_config.workflow_config.llms_config.api_key',
			'versions.0.workflow_config.node_configs.0.headers.Authorization',
			'versions.1.workflow_config.workflow_config.llms_config.api_key',
			'versions.1.workflow_config.node_configs.0.headers.Authorization',
		]);
		const parsed = parseDocument(bundle);
		expect(parsed.versions.map(({ number, isActive }) => [number, isActive])).toEqual([
			[0, false],
			[2, true],
		]);
		expect(parsed.graph?.workflow_config.name).toBe('Line 2');
	});

	test('the name override reaches every version, and additions take the form of the platform', () => {
		const bundle = exportBundle({ versions, activeVersion: 0, name: 'Copy', secrets: 'clear' });
		const parsed = parseDocument(bundle);
		expect(parsed.versions.map((version) => version.graph?.workflow_config.name)).toEqual([
			'Copy',
			'Copy',
			'Copy',
		]);
		expect(JSON.stringify(bundle)).toContain('"miscellaneous":{"max_turns":2}');
		expect(parsed.graph?.node_configs[1]).toMatchObject({ max_turns: 2 });
		expect(versions[0]?.raw.workflow_config).toMatchObject({ name: 'Line 0' });
	});

	test('R-83: the active version must be among the exported ones', () => {
		const code = (request: Parameters<typeof exportBundle>[0]) => {
			try {
				exportBundle(request);
				return null;
			} catch (error) {
				return (error as { code: string }).code;
			}
		};
		expect(code({ versions, chosen: [0], activeVersion: 1 })).toBe('ACTIVE_VERSION_NOT_EXPORTED');
		expect(code({ versions, chosen: [9], activeVersion: 9 })).toBe('VERSION_NOT_FOUND');
	});
});

describe('1.7: import', () => {
	const bundle = exportBundle({ versions, activeVersion: 1, secrets: 'clear', form: 'own' });
	const numbers = (document: JsonObject, selection?: Parameters<typeof selectVersions>[1]) =>
		selectVersions(parseDocument(document), selection).versions.map(({ number }) => number);

	test('version 0 by default, the body or the caller may say otherwise', () => {
		expect(numbers(bundle)).toEqual([0]);
		expect(numbers({ bundle, versions_to_import: [1, 2] })).toEqual([1, 2]);
		expect(numbers({ bundle, versions_to_import: [1] }, { versions: [2] })).toEqual([2]);
		expect(numbers({ versions: [{ version_number: 7, workflow_config: graph('x') }] })).toEqual([7]);
		expect(numbers(example<JsonObject>('bundle-flat'))).toEqual([0]);
	});

	test('the active version and the name', () => {
		const imported = selectVersions(
			parseDocument({ bundle, versions_to_import: [1, 2], active_version_number: 2, workflow_name: 'New' }),
		);
		expect(imported).toMatchObject({ activeVersion: 2, name: 'New', faults: [] });
		expect(imported.versions[0]?.raw.workflow_config).toMatchObject({ name: 'New' });
	});

	test('nothing is imported when a named version is missing or the document is refused', () => {
		const missing = selectVersions(parseDocument(bundle), { versions: [0, 9] });
		expect(missing.versions).toEqual([]);
		expect(missing.faults[0]?.message).toBe('version 9 is not in the file');
		const broken = selectVersions(parseDocument({ node_configs: [null], edge_configs: [] }));
		expect(broken).toMatchObject({ versions: [], faults: [{ rule: 'R-04' }] });
		expect(selectVersions(parseDocument(bundle), { versions: [0], activeVersion: 1 }).faults).toHaveLength(1);
	});

	test('a plain export is one version', () => {
		expect(selectVersions(parseDocument(graph('x'))).versions).toMatchObject([{ number: 0 }]);
	});
});

test('a clone keeps logical ids and everything else, but not what the platform assigned', () => {
	const copy = cloneGraph(graph('x'), 'y');
	const expected = graph('y');
	(expected.node_configs as JsonObject[])[0] = {
		...(expected.node_configs as JsonObject[])[0],
		workflow_id: null,
	};
	expect(JSON.stringify(copy)).toBe(JSON.stringify(expected));
});

describe('1.8.5: tool bundles', () => {
	const tool = {
		type: 'external_api',
		name: 'member',
		api_headers: { Authorization: SECRET },
		api_endpoint: 'https://m.example',
	};
	const bundle = exportTool({ tool, id: 't1', exportedAt: new Date(0) });

	test('out: the key set of the platform, secrets blanked', () => {
		expect(bundle).toEqual({
			export_format: 1,
			exported_at: '1970-01-01T00:00:00.000Z',
			source_tool_id: 't1',
			source_tool_name: 'member',
			tool_type: 'external_api',
			tool_config: { ...tool, api_headers: { Authorization: null } },
			redactions: ['api_headers.Authorization'],
			warnings: [],
		});
	});

	test('in: overrides answer redactions, also when the platform removed the key', () => {
		const secretOverrides = { 'api_headers.Authorization': 'new' };
		for (const api_headers of [{ Authorization: null }, {}] as JsonObject[]) {
			const request = {
				bundle: { ...bundle, tool_config: { ...tool, api_headers } },
				secretOverrides,
				nameOverride: 'other',
			};
			expect(importTool(request)).toEqual({
				tool: { ...tool, name: 'other', api_headers: { Authorization: 'new' } },
				warnings: [],
			});
		}
		expect(importTool({ bundle }).warnings).toEqual([
			'secret api_headers.Authorization was left out of the bundle and is still to be set',
		]);
		expect(
			importTool({ bundle, secretOverrides: { 'no.such': 'x', ...secretOverrides } }).warnings,
		).toHaveLength(1);
	});

	test('R-72: code needs to be confirmed', () => {
		const code = exportTool({ tool: { type: 'inline_python', code: 'x' }, id: 't', exportedAt: new Date(0) });
		expect(() => importTool({ bundle: code })).toThrow('confirm to import');
		expect(importTool({ bundle: code, confirmExecutable: true }).tool.code).toBe('x');
	});

	test('knowledge bases that do not exist here are dropped', () => {
		const base = exportTool({
			tool: { type: 'knowledge_base', target_knowledge_base_ids: ['a', 'b'] },
			id: 't',
			exportedAt: new Date(0),
		});
		expect(
			importTool({ bundle: base, knownKnowledgeBases: new Set(['b']) }).tool.target_knowledge_base_ids,
		).toEqual(['b']);
		expect(importTool({ bundle: base }).tool.target_knowledge_base_ids).toEqual(['a', 'b']);
	});
});

describe('2.16: secrets', () => {
	const document: JsonObject = {
		node_configs: [
			{
				type: 'say_llm',
				llms_config: {
					type: 'llm_group',
					llms: [
						{ type: 'bedrock_llm', aws_access_key_id: 'AKIA1', aws_secret_access_key: 's1' },
						{ type: 'custom_llm', default_headers: { 'X-Auth': 'h1' } },
					],
				},
			},
			{ type: 'start_conversation', bearer_token: 'b1' },
			{ type: 'athena_patients_search', api_key: 'k1' },
			{
				type: 'google_docs',
				credentials: { type: 'google_workspace_oauth2', client_id: 'c1', client_secret: 'c2' },
			},
			{
				type: 'super_node',
				encapsulated_workflow_config: { node_configs: [{ type: 'http_request', headers: { Cookie: 'k2' } }] },
			},
		],
		workflow_config: { mcp_servers: [{ server_url: 'https://m', api_headers: { Authorization: 'm1' } }] },
	};

	test('every field of the list is found, at any depth', () => {
		expect(findSecrets(document).map(({ value }) => value)).toEqual([
			'AKIA1',
			's1',
			'h1',
			'b1',
			'k1',
			'c1',
			'c2',
			'k2',
			'm1',
		]);
		expect(
			findSecrets({ variable: { name: 'x', value: 'v1', is_secret: true } }).map(({ path }) => path),
		).toEqual(['variable.value']);
		expect(findSecrets({ secret_variables: { a: 'v2' } }).map(({ value }) => value)).toEqual(['v2']);
	});

	test('placeholders, masks and blanks are no secrets; neither are data and schemas of the author', () => {
		const harmless: JsonObject = {
			node_configs: [
				{ type: 'http_request', headers: { A: 'Bearer {{key}}', B: '********', C: '', Accept: 'x' } },
			],
			args_schema: { properties: { api_key: { description: 'the key', default: 'x' } } },
			dynamic_variables: { api_key: 'plain' },
		};
		expect(findSecrets(harmless)).toEqual([]);
		expect(redactSecrets(harmless).document).toBe(harmless);
	});

	test('extracted secrets go back where they were', () => {
		const { document: blanked, secrets } = extractSecrets(document);
		expect(findSecrets(blanked)).toEqual([]);
		expect(restoreSecrets(blanked, secrets)).toEqual({ document, missing: [] });
		expect(restoreSecrets({}, [{ segments: ['a', 'b'], value: 'x' }]).missing).toEqual(['a.b']);
	});

	test('overrides find keys that hold dots', () => {
		const overridden = applySecretOverrides(
			{ api_headers: { 'X.Key.Id': null } },
			{ 'api_headers.X.Key.Id': 'v' },
		);
		expect(overridden).toEqual({ document: { api_headers: { 'X.Key.Id': 'v' } }, missing: [] });
		expect(applySecretOverrides({ a: 1 }, { 'x.y': 'v' })).toEqual({ document: { a: 1 }, missing: ['x.y'] });
	});
});
