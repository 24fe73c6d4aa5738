import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const silent = () => {};

function program(text: string): string {
  const file = join(temporaryFolder(), 'browser');
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

describe('a browser that cannot be used', () => {
  test('an unknown name is answered with the names that there are', async () => {
    const found = ensureBrowser('firefox', silent);
    await expect(found).rejects.toThrow(InputError);
    await expect(found).rejects.toThrow(
      'browser "firefox" is unknown: it is one of 107, current, chrome, chromium, or a path',
    );
  });

  test('a browser that is not installed is answered with what was looked for', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    try {
      const found = ensureBrowser('chromium', silent);
      await expect(found).rejects.toThrow(InputError);
      await expect(found).rejects.toThrow('looked for chromium, chromium-browser');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('a path that is no program is the user’s mistake', async () => {
    const file = join(temporaryFolder(), 'browser');
    writeFileSync(file, 'not executable');
    await expect(ensureBrowser(file, silent)).rejects.toThrow(`${file} is not an executable file`);
  });

  test('a program that ends at once is trouble, with its own last words', async () => {
    const started = ensureBrowser(program('echo "libnss3.so: cannot open shared object file" >&2; exit 127'), silent);
    await expect(started).rejects.toThrow(TroubleError);
    await expect(started).rejects.toThrow('libnss3.so: cannot open shared object file');
  });

  test('a browser is started without the secrets of the harness', async () => {
    vi.stubEnv('API_TOKEN', 'secret');
    try {
      await expect(ensureBrowser(program('env | tr "\\n" " " >&2; exit 1'), silent)).rejects.toThrow(
        /^(?!.*secret).*PATH=/,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
