import { InputError } from '../contracts/input-error.ts';

const form = 'redis://[user:password@]host:port[/number], or rediss:// with TLS';

/** @returns the address. @throws InputError for what is no address of a Redis server; the message has no credentials. */
export function queueAddress(address: string): string {
  const { protocol, hostname, pathname } = URL.parse(address) ?? {};
  if ((protocol === 'redis:' || protocol === 'rediss:') && hostname && /^(\/\d*)?$/.test(pathname ?? ''))
    return address;
  throw new InputError(`--queue ${withoutCredentials(address)}: it has to be ${form}`);
}

/** For messages. A password may have any character. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/.*@/, '//');
}
