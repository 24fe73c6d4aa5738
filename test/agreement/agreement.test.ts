import { describe, expect, test } from 'vitest';
import { isSurprise } from '../../src/contracts/is-surprise.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { listLibraryLocks } from '../../src/library/library-lock.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { predict } from '../../src/surface/predict.ts';
import { bars } from '../bench/bars.ts';
import { agreementWith, builds, cellOn, readExplanations, readSeen, unexplained, versions } from './cells.ts';
import {
  type CellOutcomes,
  countAgreement,
  type MethodExplanation,
  methodCells,
  outcomesOn,
  readMethodExplanations,
  readSeenMethods,
  unexplainedMethods,
} from './methods.ts';

const { seen } = readSeen();
const seenOn = (library: string, build: string) => {
  const found = seen[library]?.[build];
  if (!found) throw new Error(`${library} was not attempted on ${build}`);
  return found;
};

/** The short form of `npm run bench -- --only agreement`, which attempts every published version. */
describe('what the source of a version predicts is what attempts of it did, unless a file explains why not', () => {
  const own = versions.filter((version) => listLibraryLocks().some(({ label }) => label === version));

  test.each(own)('%s, on ten builds', async (version) => {
    const { packageDir } = await ensureLibrary(version, () => {}, 'source');
    const cells = builds.map((build) => cellOn(version, build));
    const agreements = cells.map((cell) => ({
      cell,
      agreement: agreementWith(
        seenOn(version, cell.build),
        cell,
        predict(libraryIndex(packageDir), resolveSurface(cell.build)),
      ),
    }));
    expect(agreements.filter(({ agreement }) => agreement === null)).toEqual([]);
    const differing = agreements.filter(({ agreement }) => agreement === 'differs').map(({ cell }) => cell);
    expect(unexplained(differing, cells)).toEqual([]);
  });

  test('the versions of the project are among them', () => {
    expect(own.length).toBeGreaterThanOrEqual(5);
  });
});

/** The short form of `npm run bench -- --only agreement-of-methods`, which tries the methods. */
describe('what the source of a version predicts of its methods is what trials of them showed, unless a file explains why not', () => {
  const { seen: seenMethods } = readSeenMethods();

  async function comparedCells(): Promise<CellOutcomes[]> {
    const compared: CellOutcomes[] = [];
    for (const cell of methodCells()) {
      const { packageDir } = await ensureLibrary(cell.library, () => {}, 'source');
      const its = seenMethods[cell.library]?.[cell.build];
      if (!its) throw new Error(`the methods of ${cell.library} were not tried on ${cell.build}`);
      compared.push({ cell, outcomes: outcomesOn(cell, its, libraryIndex(packageDir)) });
    }
    return compared;
  }

  test('in each cell of the matrix in which the client works', async () => {
    const compared = await comparedCells();
    expect(compared.length).toBeGreaterThanOrEqual(10);
    for (const { outcomes } of compared) expect(outcomes.length).toBeGreaterThan(100);
    const { agreeing, compared: all, uncertain } = countAgreement(compared);
    expect(agreeing / all).toBeGreaterThanOrEqual(bars.methodAgreement.atLeast / 100);
    // What the data does not decide is not compared: it must stay the exception.
    expect(uncertain / all).toBeLessThan(0.1);
    expect(unexplainedMethods(compared)).toEqual([]);
  });

  test('a difference without an explanation is found, and an explanation of what does not differ', () => {
    const cell = cellOn('1.34.7', '2.3000.1029241508', 'every-method');
    const outcome = (name: string, agreement: 'agrees' | 'differs') => ({
      ...{ name, predicted: 'works', happened: 'works', agreement },
    });
    const outcomes = [outcome('Chat.pin', 'differs'), outcome('Chat.mute', 'agrees')];
    const explain = (method: string) => ({ method: [method], library: [cell.library], build: [cell.build], why: '' });
    const left = (...explanations: MethodExplanation[]) => unexplainedMethods([{ cell, outcomes }], explanations);
    expect(left(explain('Chat.pin'))).toEqual([]);
    expect(left()).toEqual([expect.stringContaining('Chat.pin')]);
    expect(left(explain('Chat.pin'), explain('Chat.mute'))).toEqual([expect.stringContaining('Chat.mute')]);
    const race = { ...explain('Chat.mute'), isRace: true } as const;
    expect(left(explain('Chat.pin'), race)).toEqual([]);
    expect(unexplainedMethods([{ cell, outcomes: [] }], [])).toEqual([
      '1.34.7 on 2.3000.1029241508: no method was tried',
    ]);
  });

  test('every explanation says more than that they differ', () => {
    for (const { method, why } of readMethodExplanations()) {
      expect(method.length).toBeGreaterThan(0);
      expect(why.length).toBeGreaterThan(60);
    }
  });
});

test('every explanation is of an attempted cell, and says more than that they differ', () => {
  for (const { library, build, why } of readExplanations()) {
    for (const version of library) for (const each of build) expect(seenOn(version, each)).toBeDefined();
    expect(why.length).toBeGreaterThan(60);
  }
});

test('a difference without an explanation is found, and an explanation of what does not differ', () => {
  const [differing, agreeing] = [cellOn('1.34.7', '2.2412.54'), cellOn('1.34.7', '2.3000.1029241508')];
  const explain = (build: string) => ({ library: ['1.34.7'], build: [build], why: '' });
  const left = (...explanations: ReturnType<typeof explain>[]) =>
    unexplained([differing], [differing, agreeing], explanations);
  expect(left(explain(differing.build))).toEqual([]);
  expect(left()).toEqual([{ why: 'no explanation', cell: differing }]);
  expect(left(explain(differing.build), explain(agreeing.build))).toEqual([{ why: 'agrees', cell: agreeing }]);
});

test('the recorded attempts did what is expected of their cells', () => {
  const plan = readPlan({ choice: { flow: ['qr-to-ready'], browser: ['current'] } });
  const compared = plan.filter(({ cell }) => seen[cell.library]?.[cell.build]);
  expect(compared.length).toBeGreaterThan(25);
  for (const { cell, expectation } of compared) {
    expect([cell, isSurprise(expectation, seenOn(cell.library, cell.build))]).toEqual([cell, false]);
  }
});
