import { expect, it } from 'vitest';
import type { JudgedAttempt } from '../../../src/contracts/judged-attempt.ts';
import { evenArms } from '../../../src/service/rollouts/even-arms.ts';
import { attempts, verdictOn } from '../../gate/evidence-of.ts';

const link = { flow: 'link', readyMs: null };
const count = (given: readonly JudgedAttempt[], library: string, flow = 'link') =>
  given.filter(({ cell }) => cell.library === library && cell.flow === flow).length;

it('of a baseline with a hundred times as many attempts four times as many are kept, in each flow', () => {
  const given = [
    ...attempts('old', 4_000, 40, link),
    ...attempts('new', 38, 2, link),
    ...attempts('old', 100, 0, { flow: 'restore' }),
    ...attempts('new', 30, 0, { flow: 'restore' }),
  ];
  const kept = evenArms(given, 'old', 10);
  expect([count(kept, 'old'), count(kept, 'new')]).toEqual([160, 40]);
  expect([count(kept, 'old', 'restore'), count(kept, 'new', 'restore')]).toEqual([100, 30]);
});

it('while the candidate has hardly any attempts as many are kept as for the first look', () => {
  for (const few of [0, 1, 9]) {
    expect(
      count(evenArms([...attempts('old', 500, 0, link), ...attempts('new', few, 0, link)], 'old', 10), 'old'),
    ).toBe(40);
  }
});

it('who is drawn depends neither on outcomes nor on the order, and stays drawn as attempts of the candidate come', () => {
  const ofBaseline = attempts('old', 900, 100, link);
  const drawn = (candidates: number, given = ofBaseline) => {
    const kept = evenArms([...given, ...attempts('new', candidates, 0, link)], 'old', 10);
    return new Set(kept.filter(({ cell }) => cell.library === 'old').map(({ id }) => id));
  };
  const first = drawn(20);
  expect(drawn(20, ofBaseline.toReversed())).toEqual(first);
  expect(
    drawn(
      20,
      ofBaseline.map((attempt) => ({ ...attempt, outcome: 'passed' })),
    ),
  ).toEqual(first);
  const later = drawn(30);
  expect([...first].filter((id) => !later.has(id))).toEqual([]);
});

it('one failure never blocks, however many of the baseline passed', () => {
  const sick = attempts('new', 0, 1, link);
  for (const others of [0, 1, 4, 9, 19, 49, 99]) {
    const given = [...attempts('old', 2_000, 0, link), ...attempts('new', others, 0, link), ...sick];
    expect(verdictOn(evenArms(given, 'old', 10)).verdict, `1 of ${others + 1}`).not.toBe('block');
  }
});

it('what fails for everybody is blocked after three attempts', () => {
  const given = [...attempts('old', 2_000, 0, link), ...attempts('new', 0, 3, link)];
  expect(verdictOn(evenArms(given, 'old', 10)).verdict).toBe('block');
});
