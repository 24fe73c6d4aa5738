import { InputError } from '../contracts/input-error.ts';

const form = 'redis://[user:password@]host:port[/number], or rediss:// with TLS';

/** @throws InputError for what is no address of a Redis server. */
export function checkQueueAddress(address: string): void {
  const { protocol, hostname, pathname } = URL.parse(address) ?? {};
  if ((protocol === 'redis:' || protocol === 'rediss:') && hostname && /^(\/\d*)?$/.test(pathname ?? '')) return;
  throw new InputError(`${withoutCredentials(address)}: it has to be ${form}`);
}

/** For messages. A password may have any character. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/.*@/, '//');
}
