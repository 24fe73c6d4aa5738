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

/** Says what Chromium says where user namespaces are forbidden; without its sandbox it answers like one. */
const withoutNamespaces = `case "$*" in
  *--no-sandbox*) exec ${process.execPath} -e '
    const server = require("node:http").createServer((_, answer) => answer.end(JSON.stringify({ Browser: "HeadlessChrome/1.2.3.4" })));
    server.listen(0, "127.0.0.1", () => console.error("DevTools listening on ws://127.0.0.1:" + server.address().port + "/devtools/browser/x"));' ;;
  *) echo "FATAL:zygote_host_impl_linux.cc(127)] No usable sandbox! Update your kernel or see https://example.org" >&2; exit 133 ;;
esac`;

describe('the sandbox', () => {
  test.each([
    [1000, 'this kernel or container allows no user namespaces'],
    [0, 'root: Chromium refuses its sandbox to root'],
  ])('is off for user %i where it cannot be on, with the reason', async (user, why) => {
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(user);
    try {
      const browser = await ensureBrowser(program(withoutNamespaces), silent);
      expect(browser).toMatchObject({ version: 'HeadlessChrome/1.2.3.4', sandbox: { on: false, why } });
      expect(browser.args).toContain('--no-sandbox');
    } finally {
      getuid.mockRestore();
    }
  });
});
