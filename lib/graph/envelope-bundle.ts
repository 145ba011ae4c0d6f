/** Export bundles in both layouts (1.7): versions numbered, the flat graph placed, oddities told. */

import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { empty, type Envelope, type FoundVersion } from './document-kind';
import { asNumber, asText, versionAt, versionsOf } from './envelope-versions';
import { anError, aWarning, type Fault, pathTo } from './fault';

/** A number for every version: the stated one, else the index (1.7), else the next that is free. */
function numbered(versions: readonly FoundVersion[], rows: readonly Json[]): FoundVersion[] {
	const isStated = (index: number) => {
		const row = rows[index];
		return isJsonObject(row) && asNumber(row.version_number) !== null;
	};
	const taken = new Set(versions.filter((_, index) => isStated(index)).map(({ number }) => number));
	return versions.map((version, index) => {
		if (isStated(index)) return version;
		let { number } = version;
		while (taken.has(number)) number++;
		taken.add(number);
		return { ...version, number };
	});
}

/** Numbers that two versions of a bundle share, and versions that came without their graph. */
function oddVersions(versions: readonly FoundVersion[], path: string): Fault[] {
	const seen = new Set<number>();
	return versions.flatMap(({ number, raw }, index): Fault[] => {
		const at = pathTo(path, 'versions', index);
		const isRepeated = seen.has(number);
		seen.add(number);
		if (isRepeated) {
			const message = `version ${number} is in the bundle twice; its number means the first one`;
			const advice = 'Give every version a number of its own.';
			return [anError({ rule: '1.7', path: pathTo(at, 'version_number'), message, advice })];
		}
		if (raw !== null || versions.every((one) => one.raw === null)) return [];
		const message = `version ${number} does not hold its graph and is left out`;
		return [
			aWarning({ rule: '1.7', path: at, message, advice: 'Export the bundle again with this version.' }),
		];
	});
}

export function bundleOf(document: JsonObject, rows: Json[], path: string): Envelope {
	const objects = rows.filter(isJsonObject);
	const found = versionsOf(rows, pathTo(path, 'versions'));
	const versions = numbered(found, objects);
	const faults: Fault[] = rows.flatMap((row, index) => {
		const at = pathTo(path, 'versions', index);
		if (isJsonObject(row)) return [];
		return [
			anError({ rule: 'R-04', path: at, message: `${at} must be an object`, advice: 'Remove the element.' }),
		];
	});
	const stated =
		asNumber(document.active_version_number) ?? versions.find((one) => one.isMarkedActive)?.number ?? null;
	const isFlat = 'node_configs' in document || 'edge_configs' in document;
	const isPlaced = isFlat && placeFlatGraph({ document, path, versions, stated });
	faults.push(...missingActive(document.active_version_number, versions, path));
	// In the flat layout versions are listed without their graphs.
	faults.push(...oddVersions(versions, path).filter(({ severity }) => severity === 'error' || !isFlat));
	const active =
		versions.find(({ number }) => number === stated)?.number ??
		versions.find((one) => one.isMarkedActive)?.number ??
		versions.find((one) => one.raw !== null && one.number === 0)?.number ??
		versions.find((one) => one.raw !== null)?.number ??
		null;
	if (versions.every((one) => one.raw === null) && objects.length === rows.length) {
		const message =
			versions.length === 0 ? 'the bundle holds no version' : 'no version of the bundle holds its graph';
		faults.push(
			anError({
				rule: 'R-01',
				path,
				message,
				advice: 'Export the bundle again and name the versions to export.',
			}),
		);
	}
	const config = document.workflow_config;
	const name = asText(document.name) ?? (isJsonObject(config) ? asText(config.name) : null);
	const copies = isFlat && !isPlaced ? [{ raw: document, path }] : [];
	return { ...empty('bundle'), versions, copies, activeVersion: active, name, faults };
}

/** an active version that is not among those of the file. */
export function missingActive(
	stated: Json | undefined,
	versions: readonly FoundVersion[],
	path: string,
): Fault[] {
	const number = asNumber(stated);
	if (number === null || versions.length === 0 || versions.some((one) => one.number === number)) return [];
	const message = `active version must be exported: ${number} is not in the file`;
	const advice = `Name one of ${versions.map((one) => one.number).join(', ')} as the active version.`;
	return [anError({ rule: 'R-83', path: pathTo(path, 'active_version_number'), message, advice })];
}

/**
 * Flat layout (1.7): the graph at the top is the active one.
 * @returns False when it only repeats a version that has its graph.
 */
function placeFlatGraph(given: {
	document: JsonObject;
	path: string;
	versions: FoundVersion[];
	stated: number | null;
}): boolean {
	const { document, path, versions, stated } = given;
	const owner = versions.find((one) => one.number === stated) ?? versions.find((one) => one.raw === null);
	if (owner?.raw === null) {
		owner.raw = document;
		owner.path = path;
		owner.isMarkedActive = true;
		return true;
	}
	const same = owner ?? versions.find((one) => one.raw !== null && isSameGraph(one.raw, document));
	if (same !== undefined) {
		same.isMarkedActive = true;
		return false;
	}
	const next = versions.reduce((most, { number }) => Math.max(most, number + 1), 0);
	versions.push({ ...versionAt(document, path, stated ?? next), isMarkedActive: true });
	return true;
}

/** Equal in what a graph consists of; the bundle around the flat one has keys of its own. */
function isSameGraph(one: JsonObject, other: JsonObject): boolean {
	return (['workflow_config', 'node_configs', 'edge_configs'] as const).every((key) =>
		isDeepStrictEqual(one[key], other[key]),
	);
}
