/** Pictures of graphs: what is told apart, what the legend explains, and that no text can break a picture. */

import fc from 'fast-check';
import { dotText } from '../../lib/convert/dot';
import { drawingOf } from '../../lib/convert/drawing';
import { shorten, wrap } from '../../lib/convert/label';
import { legendOf } from '../../lib/convert/legend';
import { mermaidText } from '../../lib/convert/mermaid';
import { EDGE_STYLES, NODE_STYLES } from '../../lib/convert/palette';
import { pngOf } from '../../lib/convert/png';
import { drawSvg } from '../../lib/convert/svg';
import { loadGraph } from '../../lib/graph/build';
import { clinic, edited, gallery } from './graphs';

const graph = loadGraph(gallery());
const drawing = drawingOf(graph);
const nodeOf = (id: string) => drawing.nodes.find((node) => node.id === id);
const edgeOf = (from: string, to: string) =>
	drawing.edges.find((edge) => edge.from === nodeOf(from)?.key && edge.to === nodeOf(to)?.key);

/** Width and height from the header of a PNG file. */
const sizeOf = (png: Uint8Array) => {
	const view = new DataView(png.buffer, png.byteOffset);
	expect([...png.slice(1, 4)].map((code) => String.fromCharCode(code)).join('')).toBe('PNG');
	return { width: view.getUint32(16), height: view.getUint32(20) };
};

describe('what a picture tells apart', () => {
	it.each([
		['ask', 'speech', []],
		['judge', 'worker', []],
		['call', 'action', ['start']],
		['lookup', 'action', ['companion']],
		['mark', 'step', ['companion']],
		['sms', 'action', ['disabled']],
		['pay', 'nested', []],
		['fax', 'unknown', []],
		['emergency', 'speech', ['global', 'guardrail']],
		['person', 'speech', ['global', 'escalation']],
		['bye', 'end', []],
		['gone', 'missing', []],
	])('node %s is drawn as %s with the marks %j', (id, look, marks) => {
		expect(nodeOf(id)?.look).toBe(look);
		expect([...(nodeOf(id)?.marks ?? [])]).toEqual(marks);
	});

	it.each([
		['call', 'ask', 'direct'],
		['call', 'lookup', 'fork'],
		['ask', 'judge', 'companion'],
		['ask', 'file', 'conditional'],
		['ask', 'pay', 'waiting'],
		['fax', 'gone', 'unknown'],
	])('the edge from %s to %s is drawn as %s', (from, to, look) => {
		expect(edgeOf(from, to)?.look).toBe(look);
	});

	it('4.4: the priority of an edge is shown, and a disabled edge is known as one', () => {
		expect(edgeOf('ask', 'file')).toMatchObject({
			priority: 10,
			label: 'isPresent([[drug]])',
			isDisabled: false,
		});
		expect(edgeOf('fax', 'bye')).toMatchObject({ isDisabled: true });
	});

	it('an edge that is judged while waiting names the nodes it waits for', () => {
		expect(edgeOf('ask', 'pay')?.note).toBe('also when done: Look up pharmacy');
	});

	it('global nodes say when they are entered and left, the escalation node after how many strikes', () => {
		expect(nodeOf('emergency')?.notes).toEqual([
			'entered when “The caller describes an emergency”',
			'goes back when “It was a false alarm”',
		]);
		expect(nodeOf('person')?.notes).toContain('entered after 3 guardrail strikes');
	});

	it('global nodes stand together, and so do the nodes of a companion thread', () => {
		expect(drawing.groups.map(({ title, nodeKeys }) => [title, nodeKeys.length])).toEqual([
			['Reachable from every node', 2],
			['Companion thread pharmacy', 2],
		]);
	});

	it('without color, no two kinds of node and no two kinds of edge look the same', () => {
		const nodes = Object.values(NODE_STYLES).map(({ shape, style }) => `${shape} ${style}`);
		const edges = Object.values(EDGE_STYLES).map(({ style, tail, head }) => `${style} ${tail} ${head}`);
		expect(new Set(nodes).size).toBe(nodes.length);
		expect(new Set(edges).size).toBe(edges.length);
	});

	it('the legend explains what occurs and nothing else', () => {
		const meanings = legendOf(drawingOf(loadGraph(clinic()))).map(({ meaning }) => meaning);
		expect(meanings).toEqual([
			'where a conversation starts',
			'speaks to the user',
			'model works silently',
			'always taken',
			'taken when its condition holds',
		]);
		expect(legendOf(drawing).length).toBeGreaterThan(14);
	});
});

describe('the path of a run', () => {
	const path = { nodeIds: ['greet', 'triage', 'greet'], edgeIds: ['e1'] };
	const shown = drawingOf(loadGraph(clinic()), path);

	it('numbers the visits of each node and marks the edges taken', () => {
		expect(shown.nodes.map((node) => node.visits)).toEqual([[1, 3], [2], []]);
		expect(shown.edges.map((edge) => edge.isOnPath)).toEqual([true, false]);
	});

	it('is drawn thick in SVG and Mermaid, and the legend names it', async () => {
		const svg = await drawSvg(loadGraph(clinic()), { path });
		expect(svg).toContain('visit 1, 3');
		expect(svg).toContain('path of the run');
		expect(mermaidText(loadGraph(clinic()), { path })).toContain('linkStyle 0 stroke:#d9480f');
	});
});

describe('files', () => {
	it('SVG: one document with the title, every name and the legend', async () => {
		const svg = await drawSvg(graph);
		expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
		expect(svg).toContain('<title>Refill line &amp; &lt;more&gt;</title>');
		for (const name of ['Judge urgency', 'Hang up', 'Companion thread pharmacy', 'guardrail'])
			expect(svg).toContain(name);
	});

	it('SVG: the legend can be left out', async () => {
		expect(await drawSvg(graph, { withLegend: false })).not.toContain('speaks to the user');
	});

	it('PNG: twice the size of the SVG, and smaller when a side would pass 10,000 pixels', async () => {
		const svg = await drawSvg(graph);
		const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
		const size = sizeOf(await pngOf(svg));
		expect(Math.abs(size.width - 2 * Number(width))).toBeLessThan(2);
		expect(Math.abs(size.height - 2 * Number(height))).toBeLessThan(2);
		const wide = await pngOf(
			'<svg xmlns="http://www.w3.org/2000/svg" width="40000" height="4" viewBox="0 0 40000 4"/>',
		);
		expect(sizeOf(wide).width).toBe(10_000);
	});

	it('PNG: texts are drawn with the font of the package, not left out', async () => {
		const svg = await drawSvg(loadGraph(clinic()), { withLegend: false });
		const withText = await pngOf(svg);
		const without = await pngOf(svg.replace(/<text[^]*?<\/text>/g, ''));
		expect(withText.length).toBeGreaterThan(without.length * 1.3);
	});

	it('Mermaid: a flowchart with quoted texts, grouped nodes and the start', () => {
		const text = mermaidText(graph);
		expect(text).toMatch(/^---\ntitle: "Refill line and ‹more›"\n---\nflowchart TD\n/);
		expect(text).toContain('subgraph globals["Reachable from every node"]');
		expect(text).toContain('n1 -->|"<b>#35;10</b> isPresent([[drug]])"| n3');
		expect(text).toContain('start --> n0');
	});

	it('a graph that finds no layout in time is refused with the way out, and the caller is not held up', async () => {
		let ticks = 0;
		let seed = 1;
		const any = () => `n${(seed = (seed * 48_271) % 2_147_483_647) % 300}`;
		const ticking = setInterval(() => (ticks += 1), 5);
		const tangled = loadGraph({
			node_configs: Array.from({ length: 300 }, (_, index) => ({ type: 'no_op', logical_id: `n${index}` })),
			edge_configs: Array.from({ length: 1500 }, () => ({
				type: 'direct',
				source_node_logical_id: any(),
				destination_node_logical_id: any(),
			})),
		});
		await expect(drawSvg(tangled, { limitMs: 200 })).rejects.toMatchObject({
			code: 'DRAWING_TOO_LARGE',
			advice: expect.stringContaining('mermaid'),
		});
		clearInterval(ticking);
		expect(ticks).toBeGreaterThan(10);
	});

	it('a graph without nodes is a picture too', async () => {
		const svg = await drawSvg(loadGraph({ workflow_config: null, node_configs: [], edge_configs: [] }));
		expect(sizeOf(await pngOf(svg)).width).toBeGreaterThan(0);
	});
});

describe('any text', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 90 }),
		fc.constantFrom(
			'<b>',
			'"]; x ["',
			'</TABLE>>',
			'\\N',
			'\\',
			'&amp;',
			'end',
			'`',
			'#quot;',
			'-->|x|',
			'\u0000',
			'',
		),
	);

	it('in names and conditions gives a well-formed picture', async () => {
		await fc.assert(
			fc.asyncProperty(text, text, async (name, condition) => {
				const named = edited(clinic(), ['node_configs', 0, 'name'], name);
				const titled = edited(named, ['workflow_config', 'name'], name);
				const whole = edited(titled, ['edge_configs', 1, 'condition'], { condition_freeform: condition });
				expect(sizeOf(await pngOf(await drawSvg(loadGraph(whole)), { scale: 0.1 })).width).toBeGreaterThan(0);
			}),
			{ numRuns: 15 },
		);
	});

	it('stays inside its quotes in Mermaid', () => {
		fc.assert(
			fc.property(text, (name) => {
				const lines = mermaidText(loadGraph(edited(clinic(), ['node_configs', 0, 'name'], name))).split('\n');
				const line = lines.find((entry) => entry.startsWith('    n0')) ?? '';
				expect(line).toMatch(/^ {4}n0\("<b>[^"]*<\/b><br\/><small>say_llm<\/small>"\):::isSpeech$/);
				expect(/<b>(.*?)<\/b>/.exec(line)?.[1]).not.toMatch(/[<>"`]/);
			}),
		);
	});

	it('is cut at words and wrapped to lines of bounded length', () => {
		expect(shorten('Ask the patient\n for the medicine', 20)).toBe('Ask the patient for…');
		expect(wrap('one two three four five', 9, 2)).toEqual(['one two', 'three…']);
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (sentence) => {
				for (const line of wrap(sentence, 12, 3)) expect([...line].length).toBeLessThanOrEqual(13);
			}),
		);
	});

	it('reaches Graphviz as markup only in labels', () => {
		const quoted = dotText(
			drawingOf(loadGraph(edited(clinic(), ['node_configs', 0, 'name'], '"]; evil [label="'))),
		);
		expect(quoted).not.toContain('"]; evil');
	});
});
