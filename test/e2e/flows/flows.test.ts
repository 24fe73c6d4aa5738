import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { attemptCell, expected, resultOf } from '../../flows/attempt-cell.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** One library per flow; `npm run test:flows` makes all of them. */
test.each([
  ['1.34.7', 'pairing-code-to-ready', 'none'],
  ['1.24.0', 'pairing-code-to-ready', 'none'],
  ['1.34.2', 'restore-to-ready', 'none'],
  ['1.34.7', 'restore-to-ready', 'early-sync'],
  ['1.33.2', 'restore-to-ready@remote-auth', 'none'],
  ['1.34.7', 'restore-to-ready@custom-auth', 'none'],
  ['1.25.0', 'restore-after-kill', 'none'],
  ['1.33.2', 'relink-same-number', 'none'],
  ['1.24.0', 'qr-expiry', 'none'],
  ['1.34.7', 'qr-expiry', 'none'],
  ['1.34.2', 'logout-from-phone', 'none'],
  ['1.34.2', 'message-round-trip', 'none'],
  ['1.34.7', 'reconnect-after-drop', 'none'],
  ['1.33.2', 'soak', 'none'],
  ['1.34.7', 'qr-to-ready', 'reload-after-link'],
  ['1.34.2', 'qr-to-ready', 'lazy-modules'],
])('%s in %s with condition %s does what expectations.yaml says', async (library, flow, condition) => {
  const { planned, attempts } = await attemptCell(library, { flow, condition });
  expect(attempts.map(resultOf)).toEqual([expected(planned)]);
});

test('a time scale is in the record', async () => {
  const { attempts } = await attemptCell('1.34.7', { flow: 'relink-same-number' });
  expect(attempts).toMatchObject([{ outcome: 'passed', timeScale: 0.02 }]);
});

test('the example of docs/flows.md passes unchanged, from a folder outside the project', async () => {
  const page = await readFile(join(packageRoot, 'docs', 'flows.md'), 'utf8');
  const flow = join(temporaryFolder(), 'my-flow.ts');
  await writeFile(flow, /```ts\n(\/\/ my-flow\.ts[\s\S]*?)```/.exec(page)?.[1] ?? 'no example');
  const { attempts } = await attemptCell('1.34.2', { flow });
  expect(attempts).toMatchObject([{ outcome: 'passed' }]);
});
