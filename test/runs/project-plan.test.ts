import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { candidatesOf, publishedVersions } from '../../src/library/candidates.ts';
import { resolvedPlan } from '../../src/runs/read-plan.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Works in a project that installs this version and has these files of `compat-matrix`. */
function workIn(version: string, files: Record<string, string> = {}): void {
  const folder = temporaryFolder();
  const lock = { lockfileVersion: 3, packages: { 'node_modules/whatsapp-web.js': { version } } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  mkdirSync(join(folder, 'compat-matrix'));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'compat-matrix', file), text);
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
}

afterEach(() => void vi.restoreAllMocks());

const librariesOf = (plan: readonly { cell: { library: string } }[]) => [
  ...new Set(plan.map(({ cell }) => cell.library)),
];
const candidates = async (version: string) =>
  candidatesOf(version, await publishedVersions(() => {})).map((one) => one.version);

describe('a run in a project that installs whatsapp-web.js', () => {
  test('attempts that version and its candidates, and says so first', async () => {
    workIn('1.33.1');
    const said: string[] = [];
    const plan = await resolvedPlan({}, (line) => said.push(line));
    expect(librariesOf(plan).sort()).toEqual(['1.33.1', ...(await candidates('1.33.1'))].sort());
    expect(said[0]).toMatch(/^This project installs whatsapp-web\.js 1\.33\.1 \(package-lock\.json\)\. Candidates: /);
  });

  test('attempts all of its own matrix too, with its own expectations after those of the package', async () => {
    const matrix = 'schemaVersion: 1\nblocks:\n  - library: [1.25.0]\n    build: [2.3000.1029241508]\n';
    const rules = 'schemaVersion: 1\nrules:\n  - library: [1.33.1]\n    expect: { outcome: failed, code: no-qr }\n';
    workIn('1.33.1', { 'matrix.yaml': matrix, 'expectations.yaml': rules });
    const plan = await resolvedPlan({}, () => {});
    expect(librariesOf(plan).sort()).toEqual(['1.25.0', '1.33.1', ...(await candidates('1.33.1'))].sort());
    expect(plan.every(({ cell }) => cell.build === '2.3000.1029241508')).toBe(true);
    const expected = (version: string) => plan.find(({ cell }) => cell.library === version)?.expectation?.code;
    expect([expected('1.25.0'), expected('1.33.1')]).toEqual(['no-ready', 'no-qr']);
  });

  test('attempts what the options choose, and nothing of the project', async () => {
    workIn('1.33.1');
    const plan = await resolvedPlan({ library: ['1.34.7'], build: ['2.3000.1029241508'] }, () => {});
    expect(librariesOf(plan)).toEqual(['1.34.7']);
  });
});
