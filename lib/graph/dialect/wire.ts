/** Turns any accepted spelling of a hydrated workflow (part 4) into the canonical wire form. */

import type { JsonObject } from '../../json';
import type { Fault } from '../fault';

export interface Wire {
	/** The wire form: the input itself when nothing had to change. */
	value: JsonObject;
	faults: Fault[];
}

export function toWire(raw: JsonObject, _path = '$'): Wire {
	return { value: raw, faults: [] };
}
export function nodeToWire(raw: JsonObject, _path = '$'): Wire {
	return { value: raw, faults: [] };
}
export function edgeToWire(raw: JsonObject, _path = '$'): Wire {
	return { value: raw, faults: [] };
}
export function toolToWire(raw: JsonObject, _path = '$'): Wire {
	return { value: raw, faults: [] };
}
export function llmToWire(raw: JsonObject, _path = '$'): Wire {
	return { value: raw, faults: [] };
}
