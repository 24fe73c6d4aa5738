import type { AttemptEvent } from '../contracts/attempt.ts';
import { type HostEvent, recordedType } from '../contracts/host-events.ts';
import { eventTime } from '../host/host.ts';
import type { Redactor } from '../host/redactor.ts';

/** More events than this are a loop in the page; they would only fill memory and store. */
const maxEvents = 1_000;

/** The evidence of one attempt: its events in sequence, without anything that must not be recorded. */
export class Recorder {
  readonly startedAt = eventTime();
  readonly #events: AttemptEvent[] = [];
  #dropped = 0;

  add(type: string, detail: unknown): void {
    this.#add(eventTime(), type, detail);
  }

  addSeen(event: HostEvent): void {
    this.#add(event.at, recordedType(event), event.detail);
  }

  #add(at: number, type: string, detail: unknown): void {
    if (this.#events.length >= maxEvents) this.#dropped++;
    else this.#events.push({ at: Math.round((at - this.startedAt) * 10) / 10, type, detail });
  }

  /** Milliseconds since the attempt began. */
  elapsed(): number {
    return eventTime() - this.startedAt;
  }

  /** All events in the order of their time; secrets that became known only later are taken out of the earlier ones too. */
  events(redactor: Redactor): AttemptEvent[] {
    const events = redactor.clean(this.#events).sort((a, b) => a.at - b.at);
    if (this.#dropped > 0) events.push({ at: events.at(-1)?.at ?? 0, type: 'harness:dropped', detail: this.#dropped });
    return events;
  }
}
