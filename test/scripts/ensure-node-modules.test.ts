import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../../scripts/set-up/ensure-node-modules.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('node_modules', () => {
  let project: string;

  const write = (file: string, packages: object) => writeFileSync(join(project, file), JSON.stringify({ packages }));
  const recorded = 'node_modules/.package-lock.json';
  const zod = { version: '4.0.0', integrity: 'sha512-a' };

  beforeEach(() => {
    project = temporaryFolder();
    mkdirSync(join(project, 'node_modules', 'zod'), { recursive: true });
    writeFileSync(join(project, 'node_modules', 'zod', 'package.json'), '{}');
    const otherPlatform = { version: '1.0.0', optional: true };
    write('package-lock.json', { '': {}, 'node_modules/zod': zod, 'node_modules/cli-win32-x64': otherPlatform });
    write(recorded, { 'node_modules/zod': zod });
  });

  test('are installed when npm recorded what the lockfile wants, packages for other platforms aside', () => {
    expect(isInstalled(project)).toBe(true);
  });

  test('are not when the lockfile has moved on', () => {
    write('package-lock.json', { '': {}, 'node_modules/zod': { ...zod, version: '4.0.1' } });
    expect(isInstalled(project)).toBe(false);
  });

  test('are not when a package was removed or npm never came to its end', () => {
    rmSync(join(project, 'node_modules', 'zod', 'package.json'));
    expect(isInstalled(project)).toBe(false);
    rmSync(join(project, recorded));
    expect(isInstalled(project)).toBe(false);
  });
});
