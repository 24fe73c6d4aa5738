import { expect, test } from 'vitest';
import type { Awaited, Needs } from '../../src/contracts/needs.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { silentEvents } from '../../src/surface/never-shown.ts';

const [plain, bridged] = ['2.3000.1032534684', '2.3000.1044822804'].map((build) => resolveSurface(build));

function needsOf(...texts: string[]): Needs {
  const awaited = texts.map(
    (text): Awaited => ({
      kind: 'event',
      text,
      leadsTo: ['loading_screen'],
      faces: ['comet'],
      stage: 'authenticated',
      file: 'src/Client.js',
      line: 7,
      function: 'inject',
    }),
  );
  return { library: '1.34.7', awaited } as Needs;
}

test('an event cannot come where the page has another name for all that it follows from', () => {
  const event = 'offline_progress_update';
  const [before, after] = [`WAWebCmd.Cmd ${event}`, `WAWebCmd.Cmd ${event}_from_bridge`];
  if (!plain || !bridged) throw new Error('no surface');
  const silent = (needs: Needs) => [plain, bridged].map((surface) => silentEvents(needs, surface).length);
  expect(silent(needsOf(before))).toEqual([0, 1]);
  expect(silent(needsOf(after))).toEqual([1, 0]);
  expect(silent(needsOf(before, after))).toEqual([0, 0]);
  expect(silent(needsOf('WAWebCollections.Msg add'))).toEqual([0, 0]);
  expect(silentEvents(needsOf(after), plain)[0]).toEqual({
    name: 'loading_screen',
    why: `1.34.7 waits for '${event}_from_bridge' (src/Client.js:7), which is '${event}' on build 2.3000.1032534684.`,
  });
});
