import { afterEach, describe, expect, test, vi } from 'vitest';
import { InputError, run } from '../../../src/index.ts';
import { ownHome } from '../../support/own-home.ts';

const cell = { library: ['1.34.7'], build: ['2.3000.1029241508'], browser: ['current'], flow: ['qr-to-ready'] };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('run() of the package', () => {
  test('is ended by its signal: the report has the attempts that were made, and the exit code is 4', async () => {
    vi.stubEnv('WWEBJS_CANARY_HOME', ownHome());
    const stop = new AbortController();
    const outcomes: string[] = [];
    const { report, exitCode, troubles } = await run({
      ...cell,
      repeat: 3,
      slots: 1,
      signal: stop.signal,
      onAttempt(_cell, { outcome }) {
        outcomes.push(outcome);
        stop.abort();
      },
    });
    expect(outcomes).toEqual(['passed']);
    expect(report.cells.map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([['passed']]);
    expect(report.run.finishedAt).toBeNull();
    expect([exitCode, troubles]).toEqual([4, []]);
  });

  test('ends with the error of the program that it calls', async () => {
    vi.stubEnv('WWEBJS_CANARY_HOME', ownHome());
    const fails = () => Promise.reject(new Error('the program has a bug'));
    await expect(run({ ...cell, onAttempt: fails })).rejects.toThrow('the program has a bug');
  });

  test.each([
    ['a version that is none', { ...cell, library: ['newest'] }, /--library: .*newest/],
    ['a build that is none', { ...cell, build: ['2.3000'] }, /--build: .*2\.3000/],
    ['an empty list', { ...cell, flow: [] }, /--flow: a value is empty/],
    ['a reporter that is none', { ...cell, reporter: 'xml' }, /--reporter: there is no reporter "xml"/],
    ['a matrix that is not there', { config: 'none.yaml' }, /none\.yaml: there is no such file/],
  ])('refuses %s', async (_what, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
    await expect(run(options)).rejects.toBeInstanceOf(InputError);
  });
});
