import { expect, test } from 'vitest';
import type { AttemptEvent } from '../../src/contracts/attempt.ts';
import { eventOfFailure, isStillLinked, placeOfFailure, tookCode } from '../../src/live/attempt-history.ts';
import type { PoolEventKind } from '../../src/live/limits.ts';
import { infraAttempt } from '../fixtures/example-run.ts';

const event = (type: string, detail: unknown = null): AttemptEvent => ({ at: 1, type, detail });
const page = (isWhatsAppWeb: boolean) => event('page:observed', { isWhatsAppWeb, build: null });

const unpaired = { state: 'UNPAIRED', wid: null };

test.each<[string, AttemptEvent[], boolean]>([
  ['WhatsApp Web', [page(true)], true],
  ['another page and then WhatsApp Web', [page(false), page(true)], true],
  ['the page of a captive portal, which may have cleared it', [page(false)], false],
  ['no page', [], false],
  ['a page that asked for a code', [page(true), event('client:qr')], false],
  [
    'a page that waits for a scan of which its version says nothing',
    [page(true), event('harness:socket', unpaired)],
    false,
  ],
  ['a page that was connected', [page(true), event('harness:socket', { state: 'CONNECTED', wid: null })], true],
  ['a page that logged out', [page(true), event('page:logout', { reason: null, by: 'page' })], false],
])('the profile of a browser that showed %s is saved: %s', (_, events, isSaved) => {
  expect(isStillLinked(events, 0)).toBe(isSaved);
  const ofPeer = events.map((each) => ({ ...each, type: `peer:${each.type}` }));
  expect([isStillLinked(ofPeer, 0), isStillLinked(ofPeer, 1)]).toEqual([false, isSaved]);
});

test.each<[number, AttemptEvent[]]>([
  [0, []],
  [0, [event('client:disconnected', ['CONFLICT'])]],
  [1, [event('peer:client:disconnected', ['CONFLICT'])]],
  [1, [event('peer:client:qr')]],
  [0, [event('client:qr'), event('peer:client:disconnected', ['NAVIGATION'])]],
  [
    1,
    [event('client:disconnected', ['LOGOUT']), event('peer:page:logout', { reason: 'account_removed', by: 'server' })],
  ],
])('a failure is held against the account at place %s, as %j tells', (place, events) => {
  expect(placeOfFailure(events)).toBe(place);
});

const answer = (status: number) => event('page:http-error', { url: 'https://web.whatsapp.com/', status });

test.each<[string, AttemptEvent[], PoolEventKind | null]>([
  ['an error', [answer(429)], 'site-refused'],
  ['another page', [page(false)], 'site-refused'],
  ['nothing', [], null],
  ['its page, and no connection', [page(true), event('harness:socket', { state: 'OPENING', wid: null })], null],
])('the pool waits for a site that answered %s: not for a machine without a network', (_with, events, kind) => {
  const attempt = infraAttempt({ code: 'page-load-failed', events });
  expect(eventOfFailure(attempt, 'restore')).toBe(kind);
});

test('a phone took the code of a version that never became ready, and that link counts', () => {
  expect(tookCode({ phases: { page: 1, qr: 2, scan: 3 }, events: [] })).toBe(true);
  expect(tookCode({ phases: { page: 1, qr: 2 }, events: [event('client:authenticated')] })).toBe(true);
  expect(tookCode({ phases: { page: 1, qr: 2 }, events: [event('client:qr')] })).toBe(false);
});
