import { expect, test } from 'vitest';
import { attemptOfStart } from '../../../src/service/rollouts/attempt-of-start.ts';

type Start = Parameters<typeof attemptOfStart>[0];

const start: Start = {
  ...{ id: 7, session_id: 's', instance_id: 'i', lease_token: 1, library: '1.34.7', loaded: null, build: null },
  ...{ cause: 'owner-lost', outcome: 'failed', code: null, started_at: 1_000, ended_at: 3_000, lost_at: null },
  login_refused: 0,
};

test.each<[Partial<Start>, Partial<ReturnType<typeof attemptOfStart>>]>([
  [{ code: 'ready-timeout' }, { outcome: 'failed', phase: 'ready', code: 'no-ready', blame: 'library' }],
  [{ code: 'session-deaf' }, { outcome: 'failed', phase: 'probe', code: 'probe-message', blame: 'library' }],
  [{ code: 'authenticated-timeout' }, { phase: 'authenticated', code: 'no-authenticated', blame: 'library' }],
  [{ code: 'no-code' }, { phase: 'code', code: 'no-code', blame: 'library' }],
  [{ code: 'pairing-refused' }, { phase: 'code', code: 'pairing-refused', blame: 'account' }],
  [{ code: 'unlinked' }, { phase: 'qr', code: 'session-lost', blame: 'library' }],
  [
    { code: 'unlinked', cause: 'restore-asked' },
    { code: 'unlinked', blame: 'account' },
  ],
  [
    { code: 'unlinked', cause: 'link-asked' },
    { code: 'unlinked', blame: 'account' },
  ],
  [
    { code: 'start-timeout', cause: 'link-asked' },
    { phase: 'qr', code: 'no-qr' },
  ],
  [{ code: 'start-timeout' }, { phase: 'ready', code: 'start-timeout' }],
  [{ code: 'browser-died' }, { outcome: 'failed', phase: 'ready', code: 'browser-died', blame: 'browser' }],
  [{ code: 'page-hung' }, { outcome: 'failed', phase: 'ready', code: 'page-hung', blame: 'library' }],
  [{ code: 'browser-launch-failed' }, { outcome: 'infra', code: 'browser-launch-failed', blame: 'machine' }],
  [{ code: 'page-load-failed' }, { outcome: 'infra', code: 'page-load-failed', blame: 'network' }],
  [{ code: 'machine-failed' }, { outcome: 'infra', code: 'harness-error', blame: 'harness' }],
  [{ code: 'no-connection' }, { outcome: 'infra', code: 'no-connection', blame: 'network' }],
  [{ code: 'library-failed' }, { outcome: 'infra', code: 'library-failed', blame: 'harness' }],
  [{ code: 'profile-unavailable' }, { outcome: 'infra', blame: 'harness' }],
  [{ code: 'service-failed' }, { outcome: 'infra', blame: 'harness' }],
  [{ outcome: 'abandoned' }, { outcome: 'infra', phase: 'ready', code: null, blame: 'harness' }],
  [{ code: 'a word of later' }, { outcome: 'failed', phase: 'ready', code: 'a word of later', blame: 'library' }],
  [{ outcome: 'ready' }, { outcome: 'passed', phase: null, code: null, blame: null, readyMs: 2_000 }],
  [
    { outcome: 'ready', cause: 'link-asked' },
    { outcome: 'passed', readyMs: null },
  ],
  [
    { outcome: 'ready', lost_at: 9_000, code: 'host-died' },
    { outcome: 'failed', code: 'host-died', readyMs: 2_000 },
  ],
  [
    { outcome: 'ready', loaded: '1.24.0' },
    { outcome: 'infra', phase: 'launch', code: 'provenance-mismatch' },
  ],
])('a start with %j is judged as %j', (given, judged) => {
  expect(attemptOfStart({ ...start, ...given })).toMatchObject(judged);
});
