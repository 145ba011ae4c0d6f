/** Dates written without a time zone are UTC here, whatever the zone of the machine (R4.22). */

/** A zone at the end: `Z`, `UTC`, `GMT`, `+02:00`, or a name in parentheses. */
const ZONE = /(?:\b(?:utc|gmt|[ecmp][sd]t)|\dz|[+-]\d{2}:?\d{2}|\))\s*$/i;

/**
 * A date's text with its zone made plain; anything that is no such text comes back unchanged.
 * JavaScript reads `July 14, 2026` in the zone of the machine, which moves it to another day in half the world.
 */
export function asUtcText(value: unknown): unknown {
	if (typeof value !== 'string' || value.length > 100 || /^\s*[\d.]*\s*$/.test(value) || ZONE.test(value))
		return value;
	return [`${value}Z`, `${value} UTC`].find((text) => !Number.isNaN(Date.parse(text))) ?? value;
}
