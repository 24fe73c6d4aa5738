import type { HostEvent, Untimed } from '../../contracts/host-events.ts';

/** Tells the parent of something that happened just now. */
export type Report = (event: Untimed) => void;

/** @param send carries one event to the parent. */
export function createReport(send: (event: HostEvent) => void): Report {
  return (event) => send({ at: performance.timeOrigin + performance.now(), ...event });
}
