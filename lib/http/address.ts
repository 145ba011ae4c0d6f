/** Which addresses a graph may reach: public ones, and those that an allow-list names (design part 9). */

import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../errors';

export interface AddressRules {
	/** True when every address of this host name may be reached. */
	allowsHost(host: string): boolean;
	/** True when this IP address is public or named by the allow-list. */
	allowsAddress(address: string): boolean;
}

/** Networks that are not the public Internet, after the special-purpose registries of IANA. */
const CLOSED_IPV4 = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'192.88.99.0/24',
	'192.168.0.0/16',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/4',
	'240.0.0.0/4',
];

/** IPv6 likewise, and every form that carries an IPv4 address inside, where a private one could hide. */
const CLOSED_IPV6 = [
	'::/96',
	'::ffff:0:0/96',
	'::ffff:0:0:0/96',
	'64:ff9b::/96',
	'64:ff9b:1::/48',
	'100::/64',
	'2001::/23',
	'2001:db8::/32',
	'2002::/16',
	'3fff::/20',
	'5f00::/16',
	'fc00::/7',
	'fe80::/10',
	'fec0::/10',
	'ff00::/8',
];

/** Made for the first address: most starts look at none. */
let closed: Record<'ipv4' | 'ipv6', BlockList> | undefined;

/**
 * Rules from an allow-list of host names (`intranet.example`), addresses (`10.0.0.7`, `::1`) and
 * networks (`10.1.0.0/16`).
 *
 * @throws {ConfigurationError} `HTTP_ALLOW_LIST_INVALID` for an entry that is none of these.
 */
export function createAddressRules(allow: readonly string[]): AddressRules {
	const hosts = new Set<string>();
	// One list per family: a list of IPv6 networks also answers for IPv4 addresses in their mapped form.
	const open = { ipv4: new BlockList(), ipv6: new BlockList() };
	for (const entry of allow.map((text) => text.trim()).filter((text) => text !== '')) {
		if (addNetwork(open, entry)) continue;
		if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(entry)) {
			throw new ConfigurationError('HTTP_ALLOW_LIST_INVALID', `"${entry}" is no host, address or network`, {
				advice:
					'Write entries like intranet.example, 10.0.0.7, ::1 or 10.1.0.0/16, without scheme, port or path.',
			});
		}
		hosts.add(plainHost(entry));
	}
	return {
		allowsHost: (host) => hosts.has(plainHost(host)),
		allowsAddress(address) {
			const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
			closed ??= { ipv4: blockListOf(CLOSED_IPV4), ipv6: blockListOf(CLOSED_IPV6) };
			return (
				isIP(address) !== 0 && (!closed[family].check(address, family) || open[family].check(address, family))
			);
		},
	};
}

/** A host name in lower case, without the dot that may end it and the brackets around IPv6. */
export function plainHost(host: string): string {
	return host
		.toLowerCase()
		.replace(/\.$/, '')
		.replace(/^\[(.*)\]$/, '$1');
}

function addNetwork(lists: { ipv4: BlockList; ipv6: BlockList }, entry: string): boolean {
	const [address = '', bits, ...rest] = plainHost(entry).split('/');
	const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
	const maxBits = family === 'ipv6' ? 128 : 32;
	if (isIP(address) === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
	const prefix = Number(bits ?? maxBits);
	if (prefix > maxBits) return false;
	lists[family].addSubnet(address, prefix, family);
	return true;
}

function blockListOf(networks: readonly string[]): BlockList {
	const list = new BlockList();
	for (const network of networks) {
		const [address = '', bits] = network.split('/');
		list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
	}
	return list;
}
