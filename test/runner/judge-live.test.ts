import { expect, test } from 'vitest';
import type { AttemptEvent } from '../../src/contracts/attempt.ts';
import { judgeLive, liveFactsOf, restrictions, serversWord, siteAnswered } from '../../src/runner/judge-live.ts';

const event = (type: string, detail: unknown = null): AttemptEvent => ({ at: 1, type, detail });
const page = event('page:observed', { isWhatsAppWeb: true, build: '2.3000.1044822804' });
const logout = (reason: string | null, of = '', by = 'server') => event(`${of}page:logout`, { reason, by });
const account = (kind: string, until: number | null = null, of = '') => event(`${of}page:account`, { kind, until });
const until = Date.parse('2026-11-30T12:00:00.000Z');

test.each([
  ['account_removed', 'logged-out'],
  ['device_removed', 'logged-out'],
  ['account_banned', 'account-banned'],
  ['account_locked', 'account-restricted'],
  [null, 'logged-out'],
  ['toString', 'logged-out'],
])('after a logout because of %s no version is to blame, whatever the library made of it', (reason, code) => {
  for (const seen of ['logged-out', 'session-lost', 'initialize-failed', 'no-ready'] as const)
    expect(judgeLive(seen, [page, logout(reason)])).toMatchObject({ code, blame: 'account', outcome: 'infra' });
});

test.each([
  [[]],
  [[logout('user_initiated', '', 'page')]],
  [[logout(null, '', 'page')]],
  [[logout('account_removed', '', 'page')]],
])('a login that is gone without a word of the server is the library’s: %j', (events) => {
  const judged = { code: 'session-lost', blame: 'library', outcome: 'failed' };
  expect(judgeLive('logged-out', [page, ...events])).toMatchObject(judged);
  expect(judgeLive('session-lost', [page, ...events])).toBeNull();
});

test('a ban for a time counts for no version, and its end is known', () => {
  const events = [page, account('temporary-ban', until)];
  for (const seen of ['no-ready', 'initialize-failed', 'account-banned'] as const) {
    const judged = { code: 'account-banned', blame: 'account', outcome: 'infra' };
    expect(judgeLive(seen, events)).toMatchObject({ ...judged, because: expect.stringContaining('2026-11-30T12:00') });
  }
  expect(serversWord([account('temporary-ban', until, 'peer:')])).toMatchObject({ place: 1, until });
});

test.each([
  [event('client:disconnected', ['TOS_BLOCK'])],
  [event('client:change_state', ['SMB_TOS_BLOCK'])],
  [event('harness:socket', { state: 'TOS_BLOCK', wid: null })],
])('an account that the server blocks counts for no version, and needs a person: %j', (state) => {
  const judged = { code: 'account-restricted', blame: 'account', outcome: 'infra' };
  for (const seen of ['disconnected', 'no-ready'] as const)
    expect(judgeLive(seen, [page, state])).toMatchObject(judged);
  const ofPeer = { ...state, type: `peer:${state.type}` };
  expect(serversWord([page, ofPeer])).toMatchObject({ place: 1, said: 'account-restricted', needsPerson: true });
  const other = event('client:disconnected', ['NAVIGATION']);
  expect(judgeLive('disconnected', [page, other, event('client:change_state', ['CONNECTED'])])).toBeNull();
});

test('an account that the server has locked counts for no version, and needs a person', () => {
  const left = (url: string, main = true) => event('page:navigated', { url, main });
  const locked = [page, logout(null), left('https://web.whatsapp.com/?post_logout=1&logout_reason=3')];
  for (const seen of ['logged-out', 'session-lost', 'no-ready'] as const)
    expect(judgeLive(seen, locked)).toMatchObject({ code: 'account-restricted', blame: 'account', outcome: 'infra' });
  expect(serversWord(locked)).toMatchObject({ place: 0, needsPerson: true });
  for (const other of [left('https://web.whatsapp.com/?logout_reason=1'), left('about:blank?logout_reason=3', false)])
    expect(serversWord([page, other])).toBeNull();
});

test.each([
  ['an answer of the server', { during: 'pairing-code', message: 'rate-overlimit', stack: '' }, 'infra'],
  ['a minified error of the page', { message: 'Evaluation failed: t', stack: 'at Client.requestPairingCode' }, 'infra'],
  ['an error of a program', { during: 'pairing-code', message: 'x is not a function', stack: '' }, null],
  ['a module that is gone', { during: 'pairing-code', message: 'Requiring unknown module "X"', stack: '' }, null],
  ['an error of something else', { during: 'initialize', message: 'rate-overlimit', stack: '' }, null],
])('no pairing code because of %s', (_of, detail, outcome) => {
  expect(judgeLive('no-code', [page, event('host:error', detail)])?.outcome ?? null).toBe(outcome);
});

test('what a command with the phone says is not called the word of the server', () => {
  expect(judgeLive('account-banned', [page])).toMatchObject({
    outcome: 'infra',
    because: expect.stringContaining('--on-code'),
  });
  expect(judgeLive('conflict', [page])?.because).toBe('The server said so of the account.');
});

test('a connection that another browser has at the end counts for no version, also before the library hears of it', () => {
  const taken = event('harness:socket', { state: 'CONFLICT', wid: null });
  const judged = { code: 'conflict', blame: 'account', outcome: 'infra' };
  for (const seen of ['probe-state', 'no-ready', 'message-lost'] as const)
    expect(judgeLive(seen, [page, taken])).toMatchObject(judged);
  expect(serversWord([page, { ...taken, type: 'peer:harness:socket' }])).toMatchObject({
    place: 1,
    needsPerson: false,
  });
  const back = event('client:change_state', ['CONNECTED']);
  expect(judgeLive('message-lost', [page, event('client:change_state', ['CONFLICT']), back])).toBeNull();
});

test('a page that was asked for a passkey counts for no version', () => {
  const judged = { code: 'passkey-required', blame: 'account', outcome: 'infra' };
  expect(judgeLive('not-scanned', [page, account('passkey')])).toMatchObject(judged);
});

test('a restriction explains messages that do not arrive and calls that write, and nothing else', () => {
  const events = [page, account('timelock', until)];
  for (const seen of ['send-failed', 'message-lost', 'no-ack', 'no-event', 'call-failed'] as const)
    expect(judgeLive(seen, events)).toMatchObject({ code: 'account-restricted', blame: 'account', outcome: 'infra' });
  for (const seen of ['no-ready', 'session-lost', 'probe-wid'] as const) expect(judgeLive(seen, events)).toBeNull();
  const failed = (method: string) => event('host:call-failed', { method, argumentLength: 2, message: 'x', stack: '' });
  expect(judgeLive('call-failed', [...events, failed('reply')])).toMatchObject({ outcome: 'infra' });
  expect(judgeLive('call-failed', [...events, failed('reply'), failed('getChats')])).toBeNull();
  expect(serversWord(events)).toBeNull();
  expect(restrictions(events)).toMatchObject([{ place: 0, until }]);
});

test('a device that was removed while its phone was away for too long says so', () => {
  expect(judgeLive('logged-out', [page, logout('account_removed')], [true])?.code).toBe('phone-offline');
  expect(judgeLive('logged-out', [page, logout('account_removed', 'peer:')], [true, false])?.code).toBe('logged-out');
  expect(judgeLive('logged-out', [page, logout('account_removed', 'peer:')], [false, true])?.code).toBe(
    'phone-offline',
  );
  expect(judgeLive('logged-out', [page, logout('account_banned')], [true])?.code).toBe('account-banned');
  expect(judgeLive('logged-out', [page], [true])?.code).toBe('session-lost');
});

test.each([
  ['an error', [event('page:http-error', { url: 'https://web.whatsapp.com/', status: 429 })], '429'],
  ['another page', [event('page:observed', { isWhatsAppWeb: false, build: null })], 'another page'],
  ['no connection', [page, event('harness:socket', { state: 'OPENING', wid: null })], 'OPENING'],
])('a site that gave %s is no fault of a version, whichever account it is', (_what, events, words) => {
  const ofPeer = events.map((each) => (each === page ? each : { ...each, type: `peer:${each.type}` }));
  for (const seen of [events, [page, ...ofPeer]]) {
    const judged = judgeLive('no-ready', seen);
    expect(judged).toMatchObject({ code: 'page-load-failed', blame: 'network', outcome: 'infra' });
    expect(judged?.because).toContain(words);
  }
});

test('what a library that intercepts requests did not get is no word of the network', () => {
  const events = [page, event('page:intercepted', true), event('harness:socket', { state: 'OPENING', wid: null })];
  expect(judgeLive('no-ready', events)).toBeNull();
  const other = event('page:observed', { isWhatsAppWeb: false, build: null });
  expect(judgeLive('no-ready', [other, event('page:intercepted', true)])).toBeNull();
  expect(judgeLive('no-ready', [page, event('page:intercepted', false), ...events.slice(2)])).not.toBeNull();
});

test('a page that a library which intercepts requests did not get counts, unless the site itself answered with an error', () => {
  const intercepted = event('page:intercepted', true);
  const refused = event('page:http-error', { url: 'https://web.whatsapp.com/', status: 503 });
  const excused = { code: 'page-load-failed', blame: 'network', outcome: 'infra' };
  expect(judgeLive('page-load-failed', [intercepted])).toBeNull();
  expect(judgeLive('page-load-failed', [])).toMatchObject(excused);
  expect(judgeLive('page-load-failed', [intercepted, refused])).toMatchObject(excused);
  expect(judgeLive('proxy-refused', [intercepted])).toMatchObject({ outcome: 'infra' });
});

test.each([
  ['a page that a service worker had kept was loaded first', [page, event('page:build', '2.3000.1049000000')]],
  ['its peer met another build', [page, event('peer:page:observed', { isWhatsAppWeb: true, build: '2.3000.9' })]],
])('an attempt of two builds counts for no version: %s', (_what, events) => {
  for (const seen of [
    'initialize-failed',
    'no-ready',
    'logged-out',
    'session-lost',
    'send-failed',
    'disconnected',
  ] as const)
    expect(judgeLive(seen, events)).toMatchObject({ outcome: 'infra', blame: 'web-build' });
  for (const seen of ['interrupted', 'lease-lost', 'limit-reached'] as const)
    expect(judgeLive(seen, events)).toBeNull();
  expect(judgeLive('no-ready', [...events, logout('device_removed')])).toMatchObject({ blame: 'account' });
});

test('a page that was loaded anew and is on its way to its servers is no excuse for a library that rejected', () => {
  expect(judgeLive('initialize-failed', [page, event('harness:socket', { state: 'OPENING', wid: null })])).toBeNull();
});

test('a version that does not become ready on WhatsApp Web is to blame', () => {
  const script = event('page:http-error', { url: 'https://web.whatsapp.com/x.js', status: 404 });
  expect(judgeLive('no-ready', [page, script, event('harness:socket', { state: 'CONNECTED', wid: null })])).toBeNull();
});

test('an error of another host than the site is no answer to the request for the page', () => {
  const other = event('page:http-error', { url: 'https://other.example/', status: 503 });
  expect(judgeLive('no-ready', [other])).toBeNull();
  expect(judgeLive('page-load-failed', [event('page:intercepted', true), other])).toBeNull();
  expect(siteAnswered([other])).toBe(false);
});

test('the word of the server names the account that it is about', () => {
  expect(serversWord([logout('account_removed', 'peer:')])).toMatchObject({ place: 1, said: 'logged-out' });
  expect(serversWord([logout('user_initiated', '', 'page')])).toBeNull();
});

test('what was seen of the site: each build once, the last switches, and whether requests were intercepted', () => {
  const other = event('peer:page:observed', { isWhatsAppWeb: true, build: '2.3000.1044999999' });
  const switches = event('harness:switches', { 'comms-in-worker': 'true' });
  expect(liveFactsOf([page, page, other, switches, event('page:intercepted', true)], ['anna', 'ben'])).toEqual({
    accounts: ['anna', 'ben'],
    builds: ['2.3000.1044822804', '2.3000.1044999999'],
    switches: { 'comms-in-worker': 'true' },
    intercepts: true,
  });
  expect(liveFactsOf([], [])).toEqual({ accounts: [], builds: [], switches: {}, intercepts: false });
});

test('a page of which a service worker has kept the scripts of another build is of two builds', () => {
  const { builds } = liveFactsOf([page, event('page:build', null), event('page:build', '2.3000.1040000000')], ['anna']);
  expect(builds).toEqual(['2.3000.1044822804', '2.3000.1040000000']);
  const ofPeer = liveFactsOf([page, event('peer:page:build', '2.3000.1040000000')], ['anna', 'ben']);
  expect(ofPeer.builds).toHaveLength(2);
  expect(liveFactsOf([page, event('page:build', '2.3000.1044822804')], ['anna']).builds).toHaveLength(1);
});
