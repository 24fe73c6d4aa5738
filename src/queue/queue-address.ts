import { InputError } from '../contracts/input-error.ts';

const form = 'redis://[user:password@]host:port[/number], or rediss:// with TLS';

/** @returns the address. @throws InputError for what is no address of a Redis server; the message has no credentials. */
export function queueAddress(address: string): string {
  const { protocol, hostname, pathname, username, password } = URL.parse(address) ?? {};
  const shown = `--queue ${withoutCredentials(address)}`;
  if (!/^rediss?:$/.test(protocol ?? '') || !hostname || !/^(\/\d*)?$/.test(pathname ?? ''))
    throw new InputError(`${shown}: it has to be ${form}`);
  try {
    decodeURIComponent(`${username}${password}`);
  } catch {
    throw new InputError(`${shown}: user or password has a % that has to be written as %25`);
  }
  return address;
}

/** For messages. A password may have any character, and may stand in the query. */
export function withoutCredentials(address: string): string {
  return address.replace(/^(\w+:\/\/)?.*@/, '$1').replace(/\?.*/, '');
}
