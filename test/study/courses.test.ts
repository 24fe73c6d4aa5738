import { expect, test } from 'vitest';
import { courseOf, coursesOf } from '../../src/study/courses.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';

test('a course has what the service would have seen of an attempt, and its times', () => {
  expect(courseOf(passedAttempt())).toEqual({
    reaches: 'ready',
    says: null,
    codeMs: 1330,
    authenticatedMs: 455,
    readyMs: 890,
  });
  expect(courseOf(failedAttempt())).toMatchObject({ reaches: 'authenticated', says: null });
  expect(courseOf(failedAttempt({ phase: 'authenticated', code: 'no-authenticated' }))).toMatchObject({
    reaches: 'code',
    says: null,
  });
  expect(courseOf(failedAttempt({ phase: 'qr', code: 'initialize-failed' }))).toMatchObject({
    reaches: 'nothing',
    says: 'host:error',
  });
});

test('a failure after ready is none for the service', () => {
  const failed = passedAttempt({ outcome: 'failed', phase: 'probe', code: 'probe-message' });
  expect(courseOf(failed)).toMatchObject({ reaches: 'ready', says: null });
});

test('what the machine spoiled is left out, and a library without an attempt is named', () => {
  const cell = exampleCell({ library: '9.0.0' });
  const link = { cell, attempt: passedAttempt() };
  const restore = { cell: { ...cell, flow: 'restore-to-ready' }, attempt: passedAttempt() };
  const spoiled = { ...link, attempt: passedAttempt({ outcome: 'infra' }) };
  expect(coursesOf([link, restore, spoiled], ['9.0.0'], 'the store').get('9.0.0')?.link).toHaveLength(1);
  expect(() => coursesOf([link, spoiled], ['9.0.0'], 'the store')).toThrow(
    'the store: no attempt of restore-to-ready with whatsapp-web.js 9.0.0',
  );
});
