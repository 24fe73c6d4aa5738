import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { readMatrix, readPlan } from '../../src/runs/read-plan.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { captureText } from '../../src/surface/capture/file-text.ts';
import { define, pageOf } from '../surface/capture/tiny-page.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(removeCaptures);

const tonight = '2.3000.1059999999';
const { to: known } = resolveSurface(tonight).known;

function matrixWith(build: string): string {
  const file = join(temporaryFolder(), 'matrix.yaml');
  writeFileSync(file, `schemaVersion: 1\nblocks:\n  - library: [1.34.7]\n    build: [2.3000.1044822804, "${build}"]\n`);
  return file;
}

test('a block of a matrix names a captured build, whose cells have its number and its surface', () => {
  const file = join(temporaryFolder(), 'tonight.json');
  const page = pageOf({ 'a.js': define('WAWebOnlyTonight', 'l.come = function(e) {}') }, tonight);
  writeFileSync(file, captureText(captureSurface(page, [])));
  expect(readPlan({}, matrixWith(`captured:${file}`)).map(({ cell }) => cell.build)).toEqual([
    '2.3000.1044822804',
    tonight,
  ]);
  const { modules, behavioursOf } = resolveSurface(tonight);
  expect(modules.WAWebOnlyTonight?.exports).toEqual({ come: 'function' });
  expect(behavioursOf).toBe(known);
});

test('a capture that is not there is one error with file, line and key of the matrix', () => {
  const file = matrixWith('captured:/nowhere/tonight.json');
  expect(() => readMatrix(file)).toThrow(`${file}:4:`);
  expect(() => readMatrix(file)).toThrow(/blocks\[0\]\.build\[1\]: \/nowhere\/tonight\.json/);
});
