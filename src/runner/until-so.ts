import { setTimeout as sleep } from 'node:timers/promises';

const lookAgainMs = 10;

/** What says that something is so: a value, or false, undefined or null while it is not. */
export type IsSo<T> = () => Promise<T | false | undefined | null>;

/** Asks until it is so. @returns null when it is not within `ms`. */
export async function untilSo<T>(isSo: IsSo<T>, ms: number): Promise<T | null> {
  const until = performance.now() + ms;
  for (;;) {
    const answer = await isSo();
    if (answer !== false && answer !== undefined && answer !== null) return answer;
    if (performance.now() > until) return null;
    await sleep(lookAgainMs);
  }
}
