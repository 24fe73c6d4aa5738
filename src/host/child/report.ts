import type { SeenEvent } from '../../contracts/host.ts';

/** Tells the parent of something that happened just now. */
export type Report = (type: string, detail: unknown, secret?: unknown) => void;

/** @param send carries one event to the parent. */
export function createReport(send: (event: SeenEvent) => void): Report {
  return (type, detail, secret) => {
    const at = performance.timeOrigin + performance.now();
    send(secret === undefined ? { at, type, detail } : { at, type, detail, secret });
  };
}
