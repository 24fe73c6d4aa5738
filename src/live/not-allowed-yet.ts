import { TroubleError } from '../contracts/input-error.ts';
import type { PoolEventKind, PoolRefusal } from './limits.ts';

/** The policy allows something later, or not before a person changes something. */
export class NotAllowedYet extends TroubleError {
  override name = 'NotAllowedYet';
  /** Milliseconds since 1970; null where only a person can change it. */
  readonly until: number | null;

  constructor({ kind, account }: { kind: PoolEventKind; account: string }, until: number | null, why: string) {
    super(`account ${account}: ${refusalWords(kind, { until, why })}`);
    this.until = until;
  }
}

/** `no restore before 2026-11-01T00:10:00.000Z: the device was started less than 10 min ago` */
export function refusalWords(kind: PoolEventKind, { until, why }: NonNullable<PoolRefusal>): string {
  const when = until === null ? 'until a person resumes it' : `before ${new Date(until).toISOString()}`;
  return `no ${kind} ${when}: ${why}`;
}
