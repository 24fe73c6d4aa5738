import { expect, test } from 'vitest';
import { matrixSchema } from '../../../src/contracts/matrix.ts';
import { readMatrix } from '../../../src/runs/read-plan.ts';
import { matrixOnBuild } from '../../../src/watch/builds/matrix-on-build.ts';

const build = '2.3000.1099999999';

test('every version of the matrix is attempted on the other build, each with what it has on its newest one', () => {
  const matrix = matrixSchema.parse({
    schemaVersion: 1,
    blocks: [
      { library: ['1.34.2', '1.34.7'], build: ['2.2412.54', '2.3000.3'] },
      { library: ['1.24.0'], build: ['2.3000.1', '2.3000.2'], browser: ['107'] },
      { library: ['1.34.7'], build: ['2.3000.3', '2.3000.1'], flow: ['linked-device'] },
      { library: ['1.34.7'], build: ['2.3000.2'], flow: ['restore-to-ready'] },
    ],
  });
  const { blocks } = matrixOnBuild(matrix, build);
  expect(blocks.map(({ library, browser, flow }) => [library, browser, flow])).toEqual([
    [['1.34.2', '1.34.7'], ['current'], ['qr-to-ready']],
    [['1.24.0'], ['107'], ['qr-to-ready']],
    [['1.34.7'], ['current'], ['linked-device']],
  ]);
  expect(new Set(blocks.flatMap((block) => block.build))).toEqual(new Set([build]));
});

test('of the matrix of the project no version is lost, and the result is a matrix', () => {
  const matrix = readMatrix();
  const moved = matrixSchema.parse(matrixOnBuild(matrix, build));
  const versions = (blocks: typeof matrix.blocks) => new Set(blocks.flatMap(({ library }) => library));
  expect(versions(moved.blocks)).toEqual(versions(matrix.blocks));
});
