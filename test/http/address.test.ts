/** Which addresses are public, and what an allow-list opens (design part 9). */

import fc from 'fast-check';
import { createAddressRules, plainHost } from '../../lib/http/address';

const none = createAddressRules([]);

test.each([
	'0.0.0.0',
	'10.0.0.1',
	'100.64.0.1',
	'100.127.255.254',
	'127.0.0.1',
	'127.255.255.254',
	'169.254.169.254',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'198.18.0.1',
	'224.0.0.1',
	'239.255.255.255',
	'255.255.255.255',
	'::',
	'::1',
	'::7f00:1',
	'::ffff:127.0.0.1',
	'::ffff:7f00:1',
	'::ffff:8.8.8.8',
	'64:ff9b::7f00:1',
	'2002:7f00:1::',
	'2001::1',
	'fc00::1',
	'fd12:3456::1',
	'fe80::1',
	'fe80::1%eth0',
	'ff02::1',
	'not an address',
	'',
])('%s is refused', (address) => {
	expect(none.allowsAddress(address)).toBe(false);
});

test.each([
	'8.8.8.8',
	'1.1.1.1',
	'100.63.255.255',
	'100.128.0.0',
	'172.15.0.1',
	'172.32.0.1',
	'2606:4700::1111',
	'2a00::1',
])('%s is public', (address) => {
	expect(none.allowsAddress(address)).toBe(true);
});

test('an allow-list opens addresses and networks of its own family only', () => {
	const rules = createAddressRules(['10.1.0.0/16', '127.0.0.1', '::1', 'fd00::/8', '[fe80::2]', '  ', '']);
	const open = ['10.1.2.3', '127.0.0.1', '::1', 'fd12::1', 'fe80::2'].filter((ip) => rules.allowsAddress(ip));
	expect(open).toHaveLength(5);
	const shut = ['10.2.0.1', '127.0.0.2', '::2', 'fe80::3', '::ffff:127.0.0.1', '::ffff:10.1.2.3'];
	expect(shut.filter((ip) => rules.allowsAddress(ip))).toEqual([]);
});

test('an allow-list opens hosts by their exact name', () => {
	const rules = createAddressRules(['Intranet.Example', 'localhost']);
	expect(
		['intranet.example', 'INTRANET.example.', 'localhost'].map((host) => rules.allowsHost(host)),
	).toEqual([true, true, true]);
	expect(rules.allowsHost('evil.intranet.example')).toBe(false);
	expect(rules.allowsAddress('127.0.0.1')).toBe(false);
});

test.each(['http://a', 'a:80', '10.0.0.0/33', '10.0.0.0/x', '::/129', '*', 'a b', '10.0.0.0/8/8'])(
	'the entry %s is refused with advice',
	(entry) => {
		expect(() => createAddressRules([entry])).toThrow(
			expect.objectContaining({
				code: 'HTTP_ALLOW_LIST_INVALID',
				advice: expect.stringContaining('10.1.0.0/16'),
			}),
		);
	},
);

/** The first and last address of a network as numbers. */
function bounds(first: string, bits: number): { min: number; max: number } {
	const min = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
	return { min, max: min + 2 ** (32 - bits) - 1 };
}

test('no way of writing a private IPv4 address makes it public', () => {
	const privateAddress = fc.oneof(
		fc.integer(bounds('10.0.0.0', 8)),
		fc.integer(bounds('127.0.0.0', 8)),
		fc.integer(bounds('169.254.0.0', 16)),
		fc.integer(bounds('172.16.0.0', 12)),
		fc.integer(bounds('192.168.0.0', 16)),
	);
	fc.assert(
		fc.property(privateAddress, (number) => {
			const hex = number.toString(16).padStart(8, '0');
			const pair = `${hex.slice(0, 4)}:${hex.slice(4)}`;
			const hosts = [`${number}`, `0x${hex}`, `0${number.toString(8)}`, `[::ffff:${pair}]`, `[::${pair}]`];
			for (const host of [...hosts, `[64:ff9b::${pair}]`, `[2002:${pair}::]`]) {
				const address = plainHost(new URL(`http://${host}/`).hostname);
				expect([host, none.allowsAddress(address)]).toEqual([host, false]);
			}
		}),
	);
});
