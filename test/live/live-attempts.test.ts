import { expect, test } from 'vitest';
import type { AttemptEvent } from '../../src/contracts/attempt.ts';
import { isStillLinked, tookCode } from '../../src/live/live-attempts.ts';

const event = (type: string, detail: unknown = null): AttemptEvent => ({ at: 1, type, detail });
const page = (isWhatsAppWeb: boolean) => event('page:observed', { isWhatsAppWeb, build: null });

test.each<[string, AttemptEvent[], boolean]>([
  ['WhatsApp Web', [page(true)], true],
  ['another page and then WhatsApp Web', [page(false), page(true)], true],
  ['the page of a captive portal, which may have cleared it', [page(false)], false],
  ['no page', [], false],
  ['a page that asked for a code', [page(true), event('client:qr')], false],
  ['a page that logged out', [page(true), event('page:logout', { reason: 'user_initiated' })], false],
])('the profile of a browser that showed %s is saved: %s', (_, events, isSaved) => {
  expect(isStillLinked(events, 0)).toBe(isSaved);
  const ofPeer = events.map((each) => ({ ...each, type: `peer:${each.type}` }));
  expect([isStillLinked(ofPeer, 0), isStillLinked(ofPeer, 1)]).toEqual([false, isSaved]);
});

test('a phone took the code of a version that never became ready, and that link counts', () => {
  expect(tookCode({ phases: { page: 1, qr: 2, scan: 3 }, events: [] })).toBe(true);
  expect(tookCode({ phases: { page: 1, qr: 2 }, events: [event('client:authenticated')] })).toBe(true);
  expect(tookCode({ phases: { page: 1, qr: 2 }, events: [event('client:qr')] })).toBe(false);
});
