import { expect, it } from 'vitest';
import { GatePicture } from '../../../src/cli/gate/gate-picture.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../../fixtures/example-run.ts';
import { keptTerminal } from '../../fixtures/recorded-run.ts';
import { attempts, verdictOn } from '../../gate/evidence-of.ts';

const planned = { cell: exampleCell({ library: 'new' }), expectation: null, repeat: 1 };

it('where nothing can be redrawn, tells every failure and a line at every look', () => {
  const terminal = keptTerminal();
  const source = { standing: verdictOn([]) };
  const picture = new GatePicture(terminal, source);
  picture.runStarted({ ...exampleRun, seed: 7 });
  for (const pairs of [1, 9, 10, 11, 20]) {
    source.standing = verdictOn([...attempts('old', pairs, 0), ...attempts('new', pairs, 0)]);
    picture.attemptEnded(planned, passedAttempt());
  }
  picture.attemptEnded(planned, failedAttempt());
  picture.runEnded();

  const lines = terminal.progressed.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe(`run ${exampleRun.id}, seed 7`);
  expect(lines[1]).toMatch(
    /^qr-to-ready {2}better [·─[\]●┼╎]{51} worse {2}baseline 10\/10, candidate 10\/10, 10 pairs, next look at 20$/,
  );
  expect(lines[2]).toContain('20 pairs, next look at 40');
  expect(lines[3]).toBe('✗ new on 2.3000.1032534684  no-ready in phase ready');
});
