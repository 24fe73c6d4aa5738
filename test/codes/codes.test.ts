import { expect, test } from 'vitest';
import {
  attemptCodeOf,
  attemptCodes,
  blameOf,
  type Code,
  causeOf,
  codes,
  isAttemptCode,
  isInfra,
  isSessionCause,
  sessionCauses,
} from '../../src/codes/codes.ts';

test('every code is of attempts, of the service, or of both', () => {
  expect(new Set([...attemptCodes, ...sessionCauses])).toEqual(new Set(Object.keys(codes)));
  expect(attemptCodes.every(isAttemptCode)).toBe(true);
  expect(sessionCauses.every(isSessionCause)).toBe(true);
  expect([isAttemptCode('ready-timeout'), isSessionCause('no-ready')]).toEqual([false, false]);
  expect([isAttemptCode('toString'), isSessionCause('toString'), isAttemptCode('')]).toEqual([false, false, false]);
});

test('every cause that an attempt names is one of the service', () => {
  for (const code of attemptCodes) {
    const entry = codes[code];
    if ('cause' in entry) expect(isSessionCause(entry.cause), code).toBe(true);
  }
});

test.each<[Code, string | null]>([
  ['host-died', 'host-died'],
  ['no-ready', 'ready-timeout'],
  ['session-lost', 'unlinked'],
  ['protocol-error', 'initialize-failed'],
  ['probe-wid', null],
])('the service calls %s %s', (code, cause) => {
  expect(causeOf(code)).toBe(cause);
});

test.each([
  ['host-died', 'host-died'],
  ['ready-timeout', 'no-ready'],
  ['session-deaf', 'probe-message'],
  ['unlinked', 'session-lost'],
  ['library-failed', null],
  ['page-hung', null],
  ['no such code', null],
])('an attempt calls %s %s', (cause, code) => {
  expect(attemptCodeOf(cause)).toBe(code);
});

test('there and back is the same cause', () => {
  for (const cause of sessionCauses) {
    const code = attemptCodeOf(cause);
    if (code !== null) expect(causeOf(code)).toBe(cause);
  }
});

test('a browser that does not start is a finding of an attempt, and trouble of the machine for the service', () => {
  expect([codes['browser-launch-failed'].blame, blameOf('browser-launch-failed')]).toEqual(['browser', 'machine']);
  expect([blameOf('machine-failed'), blameOf('page-load-failed'), blameOf('rollout')]).toEqual([
    'machine',
    'network',
    null,
  ]);
});

test('what harness or machine failed at is infra, and what has to be corrected there is a finding', () => {
  expect(attemptCodes.filter(isInfra)).toEqual([
    'library-install-failed',
    'condition-not-shown',
    'not-scanned',
    'limit-reached',
    'lease-lost',
    'probe-build',
    'constraint-violation',
    'harness-error',
    'interrupted',
    'worker-lost',
  ]);
});

test('a failure has a blame and something to do; what was asked for has neither', () => {
  const asked = sessionCauses.filter((cause) => codes[cause].blame === null && codes[cause].todo === null);
  expect(asked).toEqual(expect.arrayContaining(['link-asked', 'scanned', 'ready', 'rollout', 'instance-stopped']));
  for (const [code, { blame, todo }] of Object.entries(codes)) if (blame !== null) expect(todo, code).not.toBeNull();
});
