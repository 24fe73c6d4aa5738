import { describe, expect, test } from 'vitest';
import type { Doubt, OpenName } from '../../../src/contracts/prediction.ts';
import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import { restsOn } from '../../../src/gate/rules/in-between.ts';
import { armOf, cellOf } from '../cell-of.ts';
import { attempts, verdictOn } from '../evidence-of.ts';

const by = { id: 'attempt-1', startedAt: '2026-01-09T00:00:00.000Z' };

function openName(name: string, offered: boolean): OpenName {
  return {
    name,
    offered,
    stops: 'ready',
    after: '2.3000.1024191873',
    since: '2.3000.1037151346',
    date: '2026-04-11',
    confidence: 'inferred',
    sources: ['a/b@1'],
  };
}

const gone = openName('WAWebGone', true);
const come = openName('WAWebCome', false);
const nothing: Doubt = { open: [], failsAnyway: false };

describe('a verdict on attempts', () => {
  const baseline = (doubt: Doubt) => attempts('old', 60, 0, { doubt });
  const candidate = (doubt: Doubt) => attempts('new', 60, 0, { doubt });

  test('promotes where nothing is open, and where both versions need what may be gone', () => {
    expect(verdictOn([...baseline(nothing), ...candidate(nothing)]).verdict).toBe('promote');
    const shared = { open: [gone], failsAnyway: false };
    const verdict = verdictOn([...baseline(shared), ...candidate(shared)]);
    expect(verdict).toMatchObject({ verdict: 'promote', flows: [{ restsOn: [] }] });
  });

  test('promotes where only the baseline needs what may be gone', () => {
    const verdict = verdictOn([...baseline({ open: [gone], failsAnyway: false }), ...candidate(nothing)]);
    expect(verdict.verdict).toBe('promote');
  });

  test('is inconclusive where the candidate needs what may be gone, names the change, its bounds and what settles it', () => {
    const verdict = verdictOn([...baseline(nothing), ...candidate({ open: [gone], failsAnyway: false })]);
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      rule: 'in-between',
      flows: [{ restsOn: [{ name: 'WAWebGone', arm: 'candidate', offered: true }] }],
    });
    expect(verdict.because[0]).toBe(
      'qr-to-ready: The candidate would be promoted, but on 2.3000.1029241508 the candidate needs WAWebGone, which that build may have lost: the change came after 2.3000.1024191873 and by 2.3000.1037151346 (inferred: a/b@1). The code of 2.3000.1029241508, or of a build from 2.3000.1024191873 to it without the name, or from it to 2.3000.1037151346 with it, would settle it.',
    );
  });

  test('blocks a candidate that fails in every state, and is inconclusive on one whose failure the build may not have', () => {
    const failing = (doubt: Doubt) => attempts('new', 0, 60, { doubt });
    const works = baseline(nothing);
    expect(verdictOn([...works, ...failing({ open: [], failsAnyway: true })]).verdict).toBe('block');
    expect(verdictOn([...works, ...failing({ open: [come], failsAnyway: true })]).verdict).toBe('block');
    expect(verdictOn([...works, ...failing(nothing)]).verdict).toBe('block');
    const verdict = verdictOn([...works, ...failing({ open: [come], failsAnyway: false })]);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', rule: 'in-between' });
    expect(verdict.because[0]).toContain(
      'The candidate would be blocked, but what the candidate lacks on 2.3000.1029241508, WAWebCome, that build may have',
    );
  });

  test('blocks where another cell shows the loss for sure', () => {
    const elsewhere = { build: '2.3000.1044822804' };
    const verdict = verdictOn([
      ...baseline(nothing),
      ...attempts('new', 0, 60, { doubt: { open: [come], failsAnyway: false } }),
      ...attempts('old', 60, 0, { ...elsewhere, doubt: nothing }),
      ...attempts('new', 0, 60, { ...elsewhere, doubt: { open: [], failsAnyway: true } }),
    ]);
    expect(verdict).toMatchObject({ verdict: 'block', flows: [{ restsOn: [] }] });
  });

  test('does not promote beside a closed cell in which the baseline may work and the candidate does not', () => {
    const closed = { build: '2.3000.1031000000' };
    const both = (doubtOfCandidate: Doubt) =>
      verdictOn([
        ...baseline(nothing),
        ...candidate(nothing),
        ...attempts('old', 0, 20, { ...closed, doubt: { open: [come], failsAnyway: false } }),
        ...attempts('new', 0, 20, { ...closed, doubt: doubtOfCandidate }),
      ]);
    expect(both({ open: [come], failsAnyway: false }).verdict).toBe('promote');
    expect(both({ open: [come], failsAnyway: true })).toMatchObject({
      verdict: 'inconclusive',
      rule: 'in-between',
      flows: [{ restsOn: [{ arm: 'baseline', name: 'WAWebCome', offered: false }] }],
    });
  });

  test('rests on the doubt of the newest attempt, in whatever order they come', () => {
    const older = attempts('new', 30, 0, {
      startedAt: '2026-01-08T00:00:00.000Z',
      doubt: { open: [gone], failsAnyway: false },
    });
    const newer = attempts('new', 30, 0, { doubt: nothing });
    for (const order of [
      [...older, ...newer],
      [...newer, ...older],
    ])
      expect(verdictOn([...baseline(nothing), ...order]).verdict).toBe('promote');
  });
});

describe('what a verdict rests on', () => {
  const names = ['A', 'B', 'C'];
  type Need = Set<string>;
  /** A version works in a state of the build when nothing else breaks it and every name that it needs is there. */
  const worksIn = (state: ReadonlySet<string>, needs: Need, isBroken: boolean) =>
    !isBroken && [...needs].every((name) => state.has(name));

  function* worlds(): Generator<Set<string>> {
    for (let bits = 0; bits < 2 ** names.length; bits++) yield new Set(names.filter((_, i) => bits & (1 << i)));
  }

  function random(seed: number) {
    const next = seededRandom(seed);
    const some = () => new Set(names.filter(() => next() < 0.5));
    return {
      offered: some(),
      needs: { baseline: some(), candidate: some() },
      isBroken: { baseline: next() < 0.3, candidate: next() < 0.3 },
    };
  }

  function cellIn({ offered, needs, isBroken }: ReturnType<typeof random>) {
    const arm = (name: 'baseline' | 'candidate') => {
      const works = worksIn(offered, needs[name], isBroken[name]);
      const open = [...needs[name]].map((each) => openName(each, offered.has(each)));
      return armOf([works ? 20 : 0, 20], { doubt: { of: { failsAnyway: isBroken[name], open }, by } });
    };
    return cellOf(1, arm('baseline'), arm('candidate'));
  }

  test('is empty for a promotion only where no state of the build hides a loss', () => {
    const seen = { hidden: 0, none: 0 };
    for (let seed = 1; seed <= 3000; seed++) {
      const drawn = random(seed);
      const { offered, needs, isBroken } = drawn;
      const isLost = (state: ReadonlySet<string>) =>
        worksIn(state, needs.baseline, isBroken.baseline) && !worksIn(state, needs.candidate, isBroken.candidate);
      // A loss that is seen is what rates are for.
      if (isLost(offered)) continue;
      const isHidden = [...worlds()].some(isLost);
      seen[isHidden ? 'hidden' : 'none']++;
      const found = restsOn({ flow: 'f', cells: [cellIn(drawn)] }, 'promote');
      expect([seed, found.length > 0]).toEqual([seed, isHidden]);
    }
    expect(Math.min(seen.hidden, seen.none)).toBeGreaterThan(200);
  });

  test('is empty for a block only where the candidate works in no state, or fails in all states in which the baseline works', () => {
    const seen = { open: 0, sure: 0 };
    for (let seed = 1; seed <= 3000; seed++) {
      const drawn = random(seed);
      const { offered, needs, isBroken } = drawn;
      const works = (state: ReadonlySet<string>, arm: 'baseline' | 'candidate') =>
        worksIn(state, needs[arm], isBroken[arm]);
      if (!works(offered, 'baseline') || works(offered, 'candidate')) continue;
      const mayWork = [...worlds()].some((state) => works(state, 'candidate'));
      seen[mayWork ? 'open' : 'sure']++;
      const found = restsOn({ flow: 'f', cells: [cellIn(drawn)] }, 'block');
      expect([seed, found.length > 0]).toEqual([seed, mayWork]);
    }
    expect(Math.min(seen.open, seen.sure)).toBeGreaterThan(100);
  });

  test('is nothing for a verdict that is inconclusive anyway', () => {
    const cell = cellOf(1, [20, 20], armOf([20, 20], { doubt: { of: { open: [gone], failsAnyway: false }, by } }));
    expect(restsOn({ flow: 'f', cells: [cell] }, 'inconclusive')).toEqual([]);
  });
});
