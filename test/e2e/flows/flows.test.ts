import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ruledOut } from '../../../canaries/every-event.ts';
import type { Attempt } from '../../../src/contracts/attempt.ts';
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

test.each([
  ['1.33.2', '2.3000.1029241508', 'media-both-ways'],
  ['1.34.7', '2.3000.1032534684', 'reply-react-edit-delete'],
  ['1.34.7', '2.3000.1032534684', 'poll-and-vote'],
  ['1.34.7', '2.3000.1032534684', 'forward-and-invite'],
  ['1.33.2', '2.3000.1029241508', 'contacts-and-chats'],
  ['1.34.7', '2.3000.1032534684', 'channel-and-status'],
  ['1.34.7', '2.3000.1032534684', 'two-accounts'],
  ['1.34.7', '2.3000.1032534684', 'many-chats@short'],
])('%s on %s passes %s', async (library, build, flow) => {
  const { attempts } = await attemptCell(library, { build, flow });
  expect(attempts.map(resultOf)).toEqual([{ outcome: 'passed' }]);
});

test('every-method records the result of each method, and why it does not work', async () => {
  const { attempts } = await attemptCell('1.34.7', { build: '2.3000.1032534684', flow: 'every-method' });
  const [{ methods }] = attempts as [Attempt];
  const tried = methods.filter(({ result }) => result !== undefined && result !== 'not-tried');
  expect(tried.length).toBeGreaterThan(170);
  const works = tried.filter(({ result }) => result === 'works').map(({ name }) => name);
  expect(works.length).toBeGreaterThan(150);
  expect(works).toEqual(
    expect.arrayContaining(['Client.sendMessage', 'Message.reply', 'Message.downloadMedia', 'GroupChat.leave']),
  );
  for (const { result, why } of tried) expect(why === undefined).toBe(result === 'works');
});

test('every-event causes each event, but for those that it says why it cannot', async () => {
  const { attempts } = await attemptCell('1.33.2', { flow: 'every-event' });
  const [{ eventTrials, outcome }] = attempts as [Attempt];
  expect(outcome).toBe('passed');
  expect(eventTrials.length).toBeGreaterThan(28);
  const others = eventTrials.filter(({ result }) => result !== 'came');
  expect(others.map(({ name }) => name).sort()).toEqual(Object.keys(ruledOut).sort());
  for (const { why } of others) expect(why).toBeTruthy();
});

test('a flow that waits long can be scaled, which is in the record', async () => {
  const { attempts } = await attemptCell('1.34.7', { build: '2.3000.1032534684', flow: 'long-uptime@scaled' });
  expect(attempts).toMatchObject([{ outcome: 'passed', timeScale: 0.02 }]);
});

test('the example of docs/flows.md passes unchanged, from a folder outside the project', async () => {
  const page = await readFile(join(packageRoot, 'docs', 'flows.md'), 'utf8');
  const flow = join(temporaryFolder(), 'my-flow.ts');
  await writeFile(flow, /```ts\n(\/\/ my-flow\.ts[\s\S]*?)```/.exec(page)?.[1] ?? 'no example');
  const { attempts } = await attemptCell('1.34.2', { flow });
  expect(attempts).toMatchObject([{ outcome: 'passed' }]);
});
