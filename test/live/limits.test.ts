import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PoolEvent,
  type PoolEventKind,
  type PoolRequest,
  phoneReminder,
  refusalOf,
} from '../../src/live/limits.ts';
import { dayMs, hourMs, type LivePolicy, readLivePolicy } from '../../src/live/live-policy.ts';

const policy = readLivePolicy();
const minuteMs = 60_000;
const start = Date.UTC(2026, 10, 1);
const event = (kind: PoolEventKind, at: number, more: Partial<PoolEvent> = {}): PoolEvent => ({
  ...{ account: 'anna', number: 'n1', kind, at, until: null },
  ...more,
});
const restore: PoolRequest = { kind: 'restore', account: 'anna', number: 'n1' };
const untilOf = (history: PoolEvent[], request: PoolRequest, now: number) =>
  refusalOf(policy, history, request, now)?.until;

/** What a device asks for, and what WhatsApp may do to it. */
const course = fc.array(
  fc.record({
    account: fc.constantFrom('anna', 'anna-2', 'ben'),
    kind: fc.constantFrom<PoolRequest['kind']>('restore', 'restore', 'message', 'message', 'message', 'qr', 'code'),
    pauseMs: fc.oneof(fc.nat(20_000), fc.nat(20 * minuteMs), fc.nat(8 * hourMs)),
    next: fc.constantFrom<PoolEventKind | null>(
      ...([null, null, null, null, 'connected', 'failed', 'conflict', 'removed', 'restricted'] as const),
      ...(['temporary-ban', 'code-refused', 'site-refused', 'link'] as const),
    ),
  }),
  { maxLength: 300 },
);
const numberOf = (account: string) => (account === 'ben' ? 'n2' : 'n1');

/** Plays a course on a clock of its own: what was allowed happens. */
function played(steps: readonly Step[]): PoolEvent[] {
  const history: PoolEvent[] = [];
  let now = start;
  for (const { account, kind, pauseMs, next } of steps) {
    now += pauseMs + 1;
    const number = numberOf(account);
    if (refusalOf(policy, history, { kind, account, number }, now) !== null) continue;
    history.push(event(kind, now, { account, number }));
    if (next !== null) history.push(event(next, now, { account, number }));
  }
  return history;
}
interface Step {
  account: string;
  kind: PoolRequest['kind'];
  pauseMs: number;
  next: PoolEventKind | null;
}

/** The most events within any time of this length. */
function densest(events: readonly PoolEvent[], ms: number): number {
  return Math.max(0, ...events.map(({ at }) => events.filter((other) => other.at > at - ms && other.at <= at).length));
}

describe('over simulated days, whatever is asked for and whatever WhatsApp does', () => {
  test('no cap is ever exceeded, and no two come closer than their spacing', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const history = played(steps);
        const { restores, codes, messages, links } = policy;
        for (const account of ['anna', 'anna-2', 'ben']) {
          const own = history.filter((each) => each.account === account && each.kind === 'restore');
          expect(densest(own, hourMs)).toBeLessThanOrEqual(restores.perHour);
          expect(densest(own, dayMs)).toBeLessThanOrEqual(restores.perDay);
          expect(densest(own, restores.spacing)).toBeLessThanOrEqual(1);
          const links = history.filter((each) => each.account === account && each.kind === 'link');
          const isSoon = (at: number) => links.some((link) => at > link.at && at < link.at + restores.spacing);
          expect(own.filter(({ at }) => isSoon(at))).toEqual([]);
        }
        for (const number of ['n1', 'n2']) {
          const of = (kind: PoolEventKind) => history.filter((each) => each.number === number && each.kind === kind);
          expect(densest(of('qr'), dayMs)).toBeLessThanOrEqual(codes.qrPerDay);
          expect(densest(of('code'), dayMs)).toBeLessThanOrEqual(codes.pairingPerDay);
          expect(densest(of('message'), dayMs)).toBeLessThanOrEqual(messages.perDay);
          expect(densest(of('message'), messages.spacing)).toBeLessThanOrEqual(1);
          // A link follows only a code that was allowed, and none is after a link of the day.
          const linked = of('link').filter(({ at }) => history.some((each) => each.at === at && each.kind === 'qr'));
          expect(densest(linked, dayMs)).toBeLessThanOrEqual(links.perDay);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a refusal says the first moment at which the same request is allowed', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const history = played(steps);
        const now = (history.at(-1)?.at ?? start) + 1;
        for (const account of ['anna', 'ben']) {
          for (const kind of ['restore', 'qr', 'code', 'message'] as const) {
            const request = { kind, account, number: numberOf(account) };
            const until = untilOf(history, request, now);
            if (until === undefined || until === null) continue;
            expect(refusalOf(policy, history, request, until - 1)).not.toBeNull();
            expect(refusalOf(policy, history, request, until)).toBeNull();
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a clock that is set back allows nothing that it refused before', () => {
    const back = fc.oneof(fc.nat(hourMs), fc.nat(400 * dayMs));
    fc.assert(
      fc.property(course, back, (steps, ms) => {
        const history = played(steps);
        const now = (history.at(-1)?.at ?? start) + 1;
        for (const account of ['anna', 'ben']) {
          for (const kind of ['restore', 'qr', 'code', 'message'] as const) {
            const request = { kind, account, number: numberOf(account) };
            if (refusalOf(policy, history, request, now) === null) continue;
            expect(refusalOf(policy, history, request, now - ms)).not.toBeNull();
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('nothing is done while a cool-down lasts', () => {
    const rests = { conflict: 30 * minuteMs, removed: dayMs, 'temporary-ban': dayMs, restricted: dayMs };
    fc.assert(
      fc.property(course, (steps) => {
        const history = played(steps);
        for (const [kind, ms] of Object.entries(rests)) {
          for (const said of history.filter((each) => each.kind === kind)) {
            const during = history.filter(
              ({ account, at }) => account === said.account && at > said.at && at < said.at + ms,
            );
            expect(during).toEqual([]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

test.each<[PoolEventKind, PoolEvent['until'], number | null]>([
  ['conflict', null, 30 * minuteMs],
  ['removed', null, dayMs],
  ['temporary-ban', 3 * dayMs, 4 * dayMs],
  ['restricted', 2 * dayMs, 3 * dayMs],
  ['restricted', null, dayMs],
  ['banned', null, null],
])('after %s that ends in %s ms the account rests for %s ms', (kind, end, rest) => {
  const until = end === null ? null : start + end;
  const refusal = refusalOf(policy, [event(kind, start, { until })], restore, start + 1);
  expect(refusal).toMatchObject({ until: rest === null ? null : start + rest });
});

test('a ban and a restriction hold for the other devices of the number, a conflict does not', () => {
  const other = { ...restore, account: 'anna-2' };
  expect(refusalOf(policy, [event('banned', start)], other, start + 1)).toMatchObject({ until: null });
  expect(refusalOf(policy, [event('restricted', start)], other, start + 1)).not.toBeNull();
  expect(refusalOf(policy, [event('conflict', start)], other, start + 1)).toBeNull();
});

test('a number of which WhatsApp removed a device is not linked under another name for a day, and its other device goes on', () => {
  const removed = [event('removed', start)];
  const other = { account: 'anna-2', number: 'n1' };
  for (const kind of ['qr', 'code'] as const)
    expect(untilOf(removed, { kind, ...other }, start + hourMs)).toBe(start + dayMs);
  expect(refusalOf(policy, removed, { kind: 'restore', ...other }, start + 1)).toBeNull();
});

describe('messages that are sent as soon as the policy allows', () => {
  const message: PoolRequest = { kind: 'message', account: 'anna', number: 'n1' };
  const gapsOf = (used: LivePolicy) => {
    const history = [event('message', start)];
    for (let now = start; history.length < used.messages.perDay; ) {
      now = refusalOf(used, history, message, now)?.until ?? now;
      history.push(event('message', now));
    }
    return history.slice(1).map(({ at }, i) => at - (history[i] as PoolEvent).at);
  };

  test('come after the spacing and a part of the jitter that differs each time', () => {
    const { spacing, jitter } = policy.messages;
    const gaps = gapsOf(policy);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(spacing);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(spacing + jitter);
    expect(new Set(gaps).size).toBeGreaterThan(0.9 * gaps.length);
    const mean = gaps.reduce((sum, ms) => sum + ms, 0) / gaps.length;
    expect(Math.abs(mean - spacing - jitter / 2)).toBeLessThan(jitter / 4);
  });

  test('come exactly after the spacing where the policy has no jitter', () => {
    const gaps = gapsOf({ ...policy, messages: { ...policy.messages, jitter: 0 } });
    expect(new Set(gaps)).toEqual(new Set([policy.messages.spacing]));
  });
});

test('a link is a start of the device: the first restore comes after the spacing, and the hour has room for one less', () => {
  const linked = [event('qr', start - 60_000), event('link', start)];
  const { spacing, perHour } = policy.restores;
  expect(untilOf(linked, restore, start)).toBe(start + spacing);
  const restored = Array.from({ length: perHour - 1 }, (_, n) => event('restore', start + (n + 1) * spacing));
  expect(untilOf([...linked, ...restored], restore, start + perHour * spacing)).toBe(start + hourMs);
  // A crash may hide a link; a code that no phone took is none.
  expect(untilOf([event('qr', start)], restore, start)).toBe(start + spacing);
  expect(untilOf([event('qr', start), event('not-linked', start)], restore, start)).toBeUndefined();
});

test('a banned number starts again only after a person has resumed it', () => {
  const history = [event('banned', start)];
  expect(untilOf(history, restore, start + 365 * dayMs)).toBeNull();
  expect(untilOf([...history, event('resumed', start + 5)], restore, start + 3 * dayMs)).toBeUndefined();
});

test('two numbers that are restricted within a day stop the pool, two devices of one number do not', () => {
  const other: PoolRequest = { kind: 'restore', account: 'cleo', number: 'n3' };
  const one = [event('restricted', start), event('restricted', start + 1, { account: 'anna-2' })];
  expect(refusalOf(policy, one, other, start + 2)).toBeNull();
  const two = [...one, event('banned', start + hourMs, { account: 'ben', number: 'n2' })];
  expect(refusalOf(policy, two, other, start + 2 * hourMs)).toMatchObject({ until: start + 1 + dayMs });
  expect(refusalOf(policy, two, other, start + 1 + dayMs)).toBeNull();
});

test('a site that answers with errors is asked half as often each time, and at once after it worked', () => {
  const other: PoolRequest = { kind: 'restore', account: 'cleo', number: 'n3' };
  const errors = Array.from({ length: 12 }, (_, n) => event('site-refused', start + n));
  const waits = errors.map((_, n) => (untilOf(errors.slice(0, n + 1), other, start + n) ?? 0) - start - n);
  expect(waits.slice(0, 4).map((ms) => ms / minuteMs)).toEqual([5, 10, 20, 40]);
  expect(waits.at(-1)).toBe(6 * hourMs);
  expect(refusalOf(policy, [...errors, event('connected', start + 20)], other, start + 21)).toBeNull();
});

test('five failed starts in a row make the account rest for half an hour', () => {
  const failed = Array.from({ length: 5 }, (_, n) => event('failed', start + n));
  expect(untilOf(failed, restore, start + 6)).toBe(start + 4 + 30 * minuteMs);
  expect(refusalOf(policy, failed.slice(1), restore, start + 6)).toBeNull();
  expect(refusalOf(policy, [...failed, event('resumed', start + 5)], restore, start + 6)).toBeNull();
});

test('a ban that is written after a person has resumed the account counts, also where the clock was set back in between', () => {
  const history = [event('resumed', start + dayMs), event('banned', start)];
  expect(untilOf(history, restore, start + 2 * dayMs)).toBeNull();
});

test('a code counts as a link until it is written that no phone took it: a crash in between could hide one', () => {
  const qr: PoolRequest = { kind: 'qr', account: 'anna', number: 'n1' };
  const asked = event('qr', start);
  expect(untilOf([asked], qr, start + hourMs)).toBe(start + dayMs);
  expect(untilOf([asked, event('not-linked', start + 1)], qr, start + hourMs)).toBeUndefined();
  expect(untilOf([asked, event('link', start + 1)], qr, start + hourMs)).toBe(start + 1 + dayMs);
  const other = { account: 'anna-2' };
  expect(untilOf([asked, event('not-linked', start + 1, other)], qr, start + hourMs)).toBe(start + dayMs);
});

test('a stopped pool refuses everything, and says why', () => {
  expect(refusalOf(policy, [], restore, start, 'a person stopped it')).toEqual({
    until: null,
    why: 'the pool is stopped: a person stopped it',
  });
});

test.each([
  [6.9, null],
  [7, { step: 1, days: 7, left: 7 }],
  [9.9, { step: 1, days: 9, left: 5 }],
  [10, { step: 2, days: 10, left: 4 }],
  [13.5, { step: 3, days: 13, left: 1 }],
  [20, { step: 3, days: 20, left: 0 }],
])('a phone that was opened %s days ago is reminded of as %j', (days, reminder) => {
  expect(phoneReminder(policy, start, start + days * dayMs)).toEqual(reminder);
});

test('the policy of the project keeps to what operators do with numbers that live on', () => {
  const facts: Partial<LivePolicy> = {
    restores: { spacing: 10 * minuteMs, perHour: 4, perDay: 40 },
    messages: { spacing: 5_000, jitter: 3_000, perDay: 50 },
    breaker: { numbers: 2, within: dayMs },
  };
  expect(policy).toMatchObject(facts);
});
