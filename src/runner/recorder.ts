import type { AttemptEvent } from '../contracts/attempt.ts';
import { type HostEvent, recordedType } from '../contracts/host-events.ts';
import { eventTime } from '../host/host-process.ts';
import type { Redactor } from '../host/redactor.ts';
import { BothEnds } from './both-ends.ts';

/** As many events of the beginning and of the end are kept: more are a loop in the page, and would only fill memory and store. */
const keptPerEnd = 500;

/** The evidence of one attempt: its events in sequence, without anything that must not be recorded. */
export class Recorder {
  readonly startedAt = eventTime();
  readonly #events = new BothEnds<AttemptEvent>(keptPerEnd);

  add(type: string, detail: unknown): void {
    this.#add(eventTime(), type, detail);
  }

  /** @param of `peer:` for what happened in the host of the peer. */
  addSeen(event: HostEvent, of: '' | 'peer:' = ''): void {
    this.#add(event.at, `${of}${recordedType(event)}`, event.detail);
  }

  #add(at: number, type: string, detail: unknown): void {
    this.#events.add({ at: Math.round((at - this.startedAt) * 10) / 10, type, detail });
  }

  /** Milliseconds since the attempt began. */
  elapsed(): number {
    return eventTime() - this.startedAt;
  }

  /** The events in the order of their time; secrets that became known only later are taken out of the earlier ones too. */
  events(redactor: Redactor): AttemptEvent[] {
    const byTime = (events: readonly AttemptEvent[]) => redactor.clean([...events]).sort((a, b) => a.at - b.at);
    const { first: earliest, last, dropped } = this.#events;
    if (dropped === 0) return byTime([...earliest, ...last]);
    const first = byTime(earliest);
    const gap = { at: first.at(-1)?.at ?? 0, type: 'harness:dropped', detail: dropped };
    return [...first, gap, ...byTime(last)];
  }
}
