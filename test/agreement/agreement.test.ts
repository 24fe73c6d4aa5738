import { describe, expect, test } from 'vitest';
import { isSurprise } from '../../src/contracts/is-surprise.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { listLibraryLocks } from '../../src/library/library-lock.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { predict } from '../../src/surface/predict.ts';
import { agreementWith, builds, cellOn, readExplanations, readSeen, unexplained, versions } from './cells.ts';

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
