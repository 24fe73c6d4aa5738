import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/** The address is in a private network, which the service must not reach for a caller. */
export class PrivateAddress extends Error {
  override name = 'PrivateAddress';
}

/**
 * IPv4-compatible addresses (RFC 4291, deprecated). ipaddr.js 2.5 counts them among the public ones, and reads `::1.2.3.4` as
 * `::ffff:1.2.3.4`.
 */
const ipv4Compatible = { range: ipaddr.IPv6.parseCIDR('::/96'), text: /^::\d+\./ };

/**
 * True unless `address` is an IP address of the public Internet. Octal, hexadecimal and shortened forms of IPv4 are refused: programs
 * read them in different ways.
 */
export function isPrivateAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return isSpecial(ipaddr.IPv4.parse(address));
  if (!ipaddr.IPv6.isValid(address) || ipv4Compatible.text.test(address)) return true;
  const v6 = ipaddr.IPv6.parse(address);
  return v6.isIPv4MappedAddress() ? isSpecial(v6.toIPv4Address()) : isSpecial(v6) || v6.match(ipv4Compatible.range);
}

function isSpecial(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() !== 'unicast';
}

/** True for a host of an address that is private as it stands: a numeric address, or a name of this machine. Other names may still lead to one. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  // Names below `localhost` are this machine too (RFC 6761, 6.3).
  return /(^|\.)localhost$/.test(host) || (ipaddr.isValid(host) && isPrivateAddress(host));
}

/**
 * The address that a name leads to now, or the address itself.
 *
 * @param allowPrivate true when it may be a private one.
 * @throws PrivateAddress, or the error of the lookup.
 */
export async function publicAddressOf(name: string, allowPrivate: boolean): Promise<string> {
  const found = await lookup(name, { all: true });
  const [first] = allowPrivate ? found : found.filter(({ address }) => !isPrivateAddress(address));
  if (!first) throw new PrivateAddress(`${name} is a private address`);
  return first.address;
}
