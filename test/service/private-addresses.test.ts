import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPrivateAddress } from '../../src/service/private-addresses.ts';

/** First and last address of each range of IANA's special-purpose registries. */
const special: [what: string, first: string, last: string][] = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private', '10.0.0.0', '10.255.255.255'],
  ['shared by carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['link-local, with the metadata services of clouds', '169.254.0.0', '169.254.255.255'],
  ['private', '172.16.0.0', '172.31.255.255'],
  ['IETF protocols', '192.0.0.0', '192.0.0.255'],
  ['documentation', '192.0.2.0', '192.0.2.255'],
  ['6to4 relays', '192.88.99.0', '192.88.99.255'],
  ['private', '192.168.0.0', '192.168.255.255'],
  ['benchmarks', '198.18.0.0', '198.19.255.255'],
  ['documentation', '198.51.100.0', '198.51.100.255'],
  ['documentation', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved, and broadcast', '240.0.0.0', '255.255.255.255'],
  ['unspecified, loopback and IPv4-compatible', '::', '::ffff:ffff'],
  ['loopback, in full', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['IPv4-translated', '::ffff:0:0:0', '::ffff:0:ffff:ffff'],
  ['NAT64', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['local NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discard-only', '100::', '100::ffff:ffff:ffff:ffff'],
  ['IETF protocols, with Teredo', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local, with a zone', 'fe80::1%eth0', 'fe80::1%1'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

describe('the first and the last address of a range are refused:', () => {
  test.each(special)('%s, %s to %s', (_, first, last) => {
    expect([first, last].map(isPrivateAddress)).toEqual([true, true]);
  });
});

test.each([
  '1.0.0.0',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '2001:200::',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
  '2003::',
])('%s, a public address, is let through', (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

test.each([
  [
    'an IPv4 address inside an IPv6 one',
    ['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:10.0.0.1', '0:0:0:0:0:ffff:a00:1'],
  ],
  ['an IPv4-translated address', ['::ffff:0:127.0.0.1', '::ffff:0:7f00:1', '::ffff:0:8.8.8.8']],
  ['an IPv4-compatible address', ['::127.0.0.1', '::8.8.8.8']],
  ['an IPv4 address behind NAT64 or 6to4', ['64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '2002:7f00:1::']],
  ['octal', ['0177.0.0.1', '010.0.0.1', '08.8.8.8', '0010.8.8.8']],
  ['hexadecimal', ['0x7f.0.0.1', '0x7f000001', '0x08.8.8.8']],
  ['one number or fewer parts', ['2130706433', '127.1', '127.0.1', '134744072']],
  [
    'no address',
    ['', 'localhost', 'example.com', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4/8', '1.2.3.4 ', '::g', ':::'],
  ],
])('%s is refused', (_, addresses) => {
  expect(addresses.filter((address) => !isPrivateAddress(address))).toEqual([]);
});

test('an IPv4 address is judged alike by itself and inside an IPv6 one', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isPrivateAddress(`::ffff:${address}`)).toBe(isPrivateAddress(address));
    }),
  );
});

const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');
const ranges = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [, first, last] of special) {
  if (!first.includes('%')) ranges[family(first)].addRange(first, last, family(first));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

test('of all addresses exactly those of the ranges are refused, but for anycast addresses of AS112 and AMT', () => {
  const anycast = /^192\.(175\.48|31\.196|52\.193)\.|^2620:4f:8000:/;
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      fc.pre(!anycast.test(address) && !mapped.check(address, family(address)));
      const inRange = ranges[family(address)].check(address, family(address));
      expect(isPrivateAddress(address), address).toBe(inRange);
    }),
    { numRuns: 2_000 },
  );
});
