import { InputError, TroubleError } from './input-error.ts';

/** Codes of Node for an address that this machine does not have, or that is malformed. */
const badAddress: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

export interface ListenAddress {
  host: string;
  port: number;
  /** The option that names the port. */
  option?: string;
}

/** Why a server cannot listen, with the option that has to change. */
export function listenError({ host, port, option = '--port' }: ListenAddress, { code }: NodeJS.ErrnoException): Error {
  if (badAddress.has(code)) {
    return new InputError(`--host ${host}: this machine has no such address (${code}); 127.0.0.1 or 0.0.0.0 would do`);
  }
  return new TroubleError(`${option} ${port}: cannot listen on ${host} (${code}); choose another ${option}`);
}
