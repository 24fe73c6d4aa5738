import ipaddr from 'ipaddr.js';

/** True for an address that only this machine itself can reach. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return ipaddr.IPv4.parse(host).range() === 'loopback';
  return ipaddr.IPv6.isValid(host) && ipaddr.IPv6.parse(host).range() === 'loopback';
}
