import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findLeftovers } from '../../src/cli/doctor/check-machine.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { pageHtml } from '../../src/replica/server/page-html.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('pages and profiles of a replica are found, and those of the real site are left alone', () => {
  const project = temporaryFolder();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  };
  expect(findLeftovers(project)).toEqual([]);
  write('.wwebjs_cache/2.3000.1029241508.html', pageHtml(resolveSurface('2.3000.1029241508'), {}, 'nonce'));
  write(
    '.wwebjs_cache/2.3000.1017054665.html',
    '<html><script src="https://static.whatsapp.net/x.js"></script></html>',
  );
  write('.wwebjs_auth/session/Default/Cookies', 'SQLite format 3 web.whatsapp.com wa_build');
  write('.wwebjs_auth/session-two/Default/Cookies', 'SQLite format 3 web.whatsapp.com wwebjs-canary-replica');
  write('.wwebjs_auth/session-three/Default/Network/Cookies', 'SQLite format 3 web.whatsapp.com wwebjs-canary-replica');
  expect(findLeftovers(project)).toEqual([
    '.wwebjs_auth/session-three',
    '.wwebjs_auth/session-two',
    '.wwebjs_cache/2.3000.1029241508.html',
  ]);
});
