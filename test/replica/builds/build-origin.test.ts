import { afterEach, expect, test } from 'vitest';
import { buildOriginSchema } from '../../../src/contracts/build-origin.ts';
import { replicaMark } from '../../../src/contracts/replica-mark.ts';
import { type Behaviours, behavioursSchema } from '../../../src/contracts/surface.ts';
import { addCapture, removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { buildOrigin } from '../../../src/replica/builds/build-origin.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { originWords, seenLive } from '../../../src/words/build-origin.ts';
import { capturedPage } from '../../fixtures/captured-page.ts';
import { define, pageOf } from '../../surface/capture/tiny-page.ts';

afterEach(removeCaptures);

const tonight = '2.3000.1059999999';
const later = '2.3000.1060000000';
const { known } = resolveSurface(tonight);
const usual = resolveSurface(known.to).behaviours;
const names = Object.keys(behavioursSchema.shape) as (keyof Behaviours)[];
const originOn = (build: string, switches = {}) =>
  buildOriginSchema.parse(buildOrigin(resolveSurface(build, switches)));

test.each([
  ['2.3000.1044822804', 'names read in its code; behaviours: none of 19 seen live, 19 by dated changes'],
  [
    '2.3000.1049833609',
    'names from the code of 2.3000.1044822804 (2026-08-10) and dated changes since; behaviours: none of 19 seen live, 19 by dated changes',
  ],
  [
    '2.3000.1099999999',
    'names are a guess: those of 2.3000.1049833609 (2026-10-09), the nearest known build; behaviours: none of 19 seen live, 19 carried over from 2.3000.1049833609 (2026-10-09)',
  ],
  [
    '2.3000.1000000000',
    'names are a guess: those of 2.3000.1012058694 (2024-03-15), the nearest known build; behaviours: none of 19 seen live, 19 carried over from 2.3000.1012058694 (2024-03-15)',
  ],
  ['2.2412.54', 'names from dated changes; behaviours: none of 19 seen live, 19 by dated changes'],
])('of the data of the project nothing was seen live: %s', (build, words) => {
  expect(originWords(originOn(build))).toBe(words);
});

const shown = { executed: { searchIcon: 'x', editResult: usual.editResult }, text: { cmdEvents: usual.cmdEvents } };
const restOf = `carried over from ${known.to} (2026-10-09)`;

test.each([
  [
    'a page that ran for an account',
    { method: 'account', ...shown },
    `names from a capture of 2026-11-29 (account); behaviours: 2 of 19 seen live, 1 in the text of its page, 16 ${restOf}`,
  ],
  [
    'a page that ran without an account',
    { method: 'page', ...shown },
    `names from a capture of 2026-11-29 (page); behaviours: 2 of 19 seen live, 1 in the text of its page, 16 ${restOf}`,
  ],
  [
    'a page that was read over the network',
    { method: 'network', ...shown },
    `names from a capture of 2026-11-29 (network); behaviours: none of 19 seen live, 3 in the text of its page, 16 ${restOf}`,
  ],
  [
    'saved files',
    { method: 'saved', ...shown },
    `names from a capture of 2026-11-29 (saved); behaviours: none of 19 seen live, 3 in the text of its page, 16 ${restOf}`,
  ],
  [
    'a page that stood in for the live site',
    { method: 'account', standIn: true, ...shown },
    `names from a capture of 2026-11-29 (a page that stood in for the live site); behaviours: none of 19 seen live, 3 shown by a page that stood in for the live site, 16 ${restOf}`,
  ],
  [
    'an account whose AB props set a behaviour',
    {
      method: 'account',
      executed: { downloadMimetype: 'checked' },
      values: { 'ab wa_web_download_mimetype_check_block_enabled': 'true' },
    },
    `names from a capture of 2026-11-29 (account); behaviours: 1 of 19 seen live, 18 ${restOf}`,
  ],
  [
    'an html whose values of switches set behaviours',
    { method: 'network', values: { 'qex 5241': 'null' } },
    `names from a capture of 2026-11-29 (network); behaviours: none of 19 seen live, 1 in the text of its page, 18 ${restOf}`,
  ],
] as const)('what is known of a captured build by %s', (_, page, words) => {
  addCapture(capturedPage(tonight, page), 'tonight.json');
  expect(originWords(originOn(tonight))).toBe(words);
});

test('a later build carries over what was seen live, and says on which build', () => {
  addCapture(capturedPage(tonight, { method: 'account', ...shown }), 'tonight.json');
  addCapture(capturedPage(later), 'later.json');
  expect(originWords(originOn(later))).toBe(
    `names from a capture of 2026-11-29 (saved); behaviours: none of 19 seen live, 2 carried over from ${tonight} (2026-11-29), where they were seen live, 1 carried over from ${tonight} (2026-11-29), from the text of its page, 16 ${restOf}`,
  );
});

test('a behaviour that a chosen switch sets was not seen live, whatever the page showed', () => {
  const executed = { socketIn: usual.socketIn } as const;
  addCapture(capturedPage(tonight, { method: 'account', executed }), 'tonight.json');
  const { values = [], value } = resolveSurface(tonight).switches['comms-in-worker'] ?? {};
  const others = values.filter((each) => each !== value).map((each) => originOn(tonight, { 'comms-in-worker': each }));
  const chosen = others.filter(({ behaviours }) => behaviours.some(({ from }) => from === 'chosen'));
  expect(chosen.length).toBeGreaterThan(0);
  for (const origin of chosen) expect(seenLive(origin)).not.toContain('socketIn');
});

/** What may be called seen live of a capture, by the words of docs/live.md alone. */
function mayBeSeenLive(capture: ReturnType<typeof capturedPage>, build: string): string[] {
  const { method, standIn, ran, behaviours } = capture;
  if (standIn || build !== capture.names.build || !['page', 'account'].includes(method)) return [];
  return names.filter(
    (name) => ran?.read[name] === 'executed' && behaviours[name] === resolveSurface(build).behaviours[name],
  );
}

test('nothing is called seen live but what the page of that very build executed on the live site', () => {
  let claims = 0;
  for (const method of ['saved', 'network', 'page', 'account'] as const) {
    for (const standIn of [false, true]) {
      // Each behaviour is executed once, once only in the text, and once not shown.
      for (const turn of [0, 1, 2]) {
        const having = (place: number) =>
          Object.fromEntries(names.filter((_, i) => (i + turn) % 3 === place).map((name) => [name, usual[name]]));
        const shown = { executed: having(0), text: having(1) };
        const capture = capturedPage(tonight, { method, ...shown, ...(standIn && { standIn: true }) });
        removeCaptures();
        addCapture(capture, 'tonight.json');
        for (const build of [known.to, tonight, later]) {
          const origin = originOn(build);
          expect(origin.behaviours.flatMap((each) => each.names).sort()).toEqual([...names].sort());
          expect(seenLive(origin)).toEqual(mayBeSeenLive(capture, build));
          claims += seenLive(origin).length;
        }
      }
    }
  }
  // One for each behaviour and each of the two ways in which a browser runs the page.
  expect(claims).toBe(2 * names.length);
});

test('a page of a replica says itself that it stood in for the live site', () => {
  const page = pageOf({ 'a.js': define('WAWebCmd', 'l.Cmd = {}') }, tonight);
  expect(captureSurface(page, []).standIn).toBeUndefined();
  const html = `<meta name="${replicaMark}" content="${tonight}">${page.html}`;
  expect(captureSurface({ ...page, html }, []).standIn).toBe(true);
});
