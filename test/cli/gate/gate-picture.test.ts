import { stripVTControlCharacters } from 'node:util';
import { expect, it, vi } from 'vitest';
import { GatePicture } from '../../../src/cli/gate/gate-picture.ts';
import type { PlannedCell } from '../../../src/contracts/run.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../../fixtures/example-run.ts';
import { keptTerminal } from '../../fixtures/recorded-run.ts';
import { attempts, verdictOn } from '../../gate/evidence-of.ts';

const planned: PlannedCell = { cell: exampleCell({ library: 'new' }), expectation: null, repeat: 1 };

it('where nothing can be redrawn, tells every failure and a line at every look', () => {
  const terminal = keptTerminal();
  const source = { standing: verdictOn([]) };
  const picture = new GatePicture(terminal, source, 40);
  picture.runStarted({ ...exampleRun, seed: 7 }, [planned], 2);
  for (const pairs of [1, 9, 10, 11, 20]) {
    source.standing = verdictOn([...attempts('old', pairs, 0), ...attempts('new', pairs, 0)]);
    picture.attemptEnded(planned, passedAttempt());
  }
  picture.attemptEnded(planned, failedAttempt());
  picture.runEnded();

  const lines = terminal.progressed.trimEnd().split('\n');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toBe(`run ${exampleRun.id}, seed 7`);
  expect(lines[1]).toMatch(/^Loss from 50 points better to 50 worse:$/);
  expect(lines[4]).toMatch(
    /^qr-to-ready {2}better [·─[\]●┼╎]{51} worse {2}baseline 10\/10, candidate 10\/10, 10 pairs, next look at 20$/,
  );
  expect(lines[5]).toContain('20 pairs, next look at 40');
  expect(lines[6]).toBe('✗ new on 2.3000.1032534684  no-ready in phase ready');
});

it.each([
  [160, /^qr-to-ready {2}better \S{51} worse {2}baseline 9\/9, .* next look at 10$/],
  [100, /^qr-to-ready {2}better \S{11,50} worse {2}baseline 9\/9, .* next look at 10$/],
])('on a terminal of %i columns the line gives way, so that the counts are seen', async (width, shown) => {
  const terminal = keptTerminal({ live: true, width });
  const source = { standing: verdictOn([...attempts('old', 9, 0), ...attempts('new', 9, 0)]) };
  const picture = new GatePicture(terminal, source, 40);
  picture.runStarted({ ...exampleRun, seed: 7 }, [planned], 2);
  await vi.waitFor(() => expect(terminal.progressed).toContain('baseline 9/9'));
  picture.runEnded();
  const line = terminal.progressed.split('\n').find((one) => one.includes('baseline 9/9')) as string;
  expect(stripVTControlCharacters(line)).toMatch(shown);
});

it('on a terminal of 60 columns nothing is cut off, and the time left is shown until more was needed than expected', async () => {
  const terminal = keptTerminal({ live: true, width: 60 });
  const source = { standing: verdictOn([...attempts('old', 9, 0), ...attempts('new', 9, 0)]) };
  const picture = new GatePicture(terminal, source, 3);
  picture.runStarted({ ...exampleRun, seed: 7 }, [planned], 2);
  const shown = () => stripVTControlCharacters(terminal.progressed);
  picture.attemptEnded(planned, passedAttempt());
  await vi.waitFor(() => expect(shown()).toMatch(/1 attempts made, about [\d.]+ s left\n/));
  picture.attemptEnded(planned, passedAttempt());
  picture.attemptEnded(planned, passedAttempt());
  await vi.waitFor(() => expect(shown()).toContain('3 attempts made\n'));
  picture.runEnded();
  const lines = shown().split('\n');
  expect(lines).toContain('  baseline 9/9, candidate 9/9');
  expect(lines).toContain('  9 pairs, next look at 10');
  expect(lines.filter((line) => line.length > 60 || line.includes('…'))).toEqual([]);
});
