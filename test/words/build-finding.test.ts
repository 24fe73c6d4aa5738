import { describe, expect, test } from 'vitest';
import {
  type BuildFinding,
  buildFindingSchema,
  isWhole,
  type TriedFlow,
  takesSomething,
  type VersionChange,
} from '../../src/contracts/build-finding.ts';
import { buildSentence, findingMark } from '../../src/words/build-finding.ts';

const unchanged = { removed: 0, added: 0 };

function finding(more: Partial<BuildFinding> = {}): BuildFinding {
  return buildFindingSchema.parse({
    ...{ schemaVersion: 1, build: '2.3000.1050000000', date: '2026-11-29', before: '2.3000.1049000000' },
    capture: { file: 'captures/2.3000.1050000000.json', complete: true, modules: 13_000, findings: 0 },
    changed: { modules: unchanged, exports: unchanged, collections: unchanged, tiers: 0 },
    ...{ drift: [], versions: [], replayed: null, live: null, worse: [] },
    ...more,
  });
}

function version(library: string, more: Partial<VersionChange> = {}): VersionChange {
  const stops = { before: null, after: null };
  return { library, stops, missing: [], found: [], lost: [], regained: [], doubtful: [], ...more };
}

const flow = (library: string, more: Partial<TriedFlow> = {}): TriedFlow => ({
  ...{ library, flow: 'qr-to-ready', passed: 1, failed: 0, spoiled: 0, code: null, cause: null },
  ...more,
});
const tried = (...flows: TriedFlow[]) => ({ run: 'run-1', note: null, flows });

const lazyForward: Partial<VersionChange> = {
  missing: [{ kind: 'lazy', name: 'WAWebChatForwardMessage', stops: 'methods', certain: true }],
  lost: ['Message.forward'],
};

describe('the sentence of a build', () => {
  test('names what changed, the versions that lose by it, and what still works', () => {
    const versions = [version('1.34.2'), ...['1.34.5', '1.34.6', '1.34.7'].map((each) => version(each, lazyForward))];
    const replayed = tried(...versions.map(({ library }) => flow(library)));
    const found = finding({ versions, replayed });
    expect(buildSentence(found)).toBe(
      '2.3000.1050000000 of 2026-11-29: WAWebChatForwardMessage became lazy; 1.34.5 to 1.34.7 lose Message.forward; on a replica of it 1.34.2 and 1.34.5 to 1.34.7 link (link 4 of 4)',
    );
    expect(takesSomething(found)).toBe(true);
  });

  test('speaks of no version that was not checked', () => {
    const checked = ['1.23.0', '1.34.5', '1.34.7', '1.34.8', '1.34.9', '1.35.0'];
    const versions = checked.map((each) => version(each, lazyForward));
    const unread = [{ library: '1.34.6', why: 'ENOENT /root/libraries' }];
    expect(buildSentence(finding({ versions, unread }))).toBe(
      '2.3000.1050000000 of 2026-11-29: WAWebChatForwardMessage became lazy; 1.23.0, 1.34.5, 1.34.7 to 1.34.9 and 1.35.0 lose Message.forward; 1.34.6 could not be read',
    );
    expect(buildSentence(finding({ unread }))).toBe('2.3000.1050000000 of 2026-11-29: 1.34.6 could not be read');
  });

  test('of a build that takes nothing says so', () => {
    const found = finding({ versions: [version('1.34.2'), version('1.34.7')] });
    expect(buildSentence(found)).toBe(
      '2.3000.1050000000 of 2026-11-29: no version loses a step or a method by its source',
    );
    expect(takesSomething(found)).toBe(false);
  });

  test('tells a step that no longer passes from one that passes again', () => {
    const gone = version('1.25.0', {
      stops: { before: null, after: 'ready' },
      missing: [{ kind: 'absent', name: 'WAWebCollections.Call', stops: 'ready', certain: true }],
    });
    const back = version('1.34.7', { stops: { before: 'ready', after: null }, regained: ['Client.getChats'] });
    const found = finding({ versions: [gone, back] });
    expect(buildSentence(found)).toContain(
      'WAWebCollections.Call is gone; 1.25.0 does not pass ready; 1.34.7 passes ready again and has Client.getChats again',
    );
    expect(takesSomething(found)).toBe(true);
    expect(takesSomething(finding({ versions: [back] }))).toBe(false);
  });

  test('counts names beyond three, the ones first that most versions miss', () => {
    const missing = ['A', 'B', 'C', 'D'].map((name) => ({
      kind: 'absent' as const,
      name,
      stops: 'methods' as const,
      certain: true,
    }));
    const versions = [version('1.34.2', { missing }), version('1.34.7', { missing: missing.slice(3) })];
    expect(buildSentence(finding({ versions }))).toContain('D, A, B and 1 more are gone');
  });

  test('says what is worse on the live site than with the build before', () => {
    const found = finding({
      live: tried(flow('1.34.7', { flow: 'restore-to-ready', passed: 0, failed: 2, code: 'no-ready' })),
      worse: [{ library: '1.34.7', flow: 'restore-to-ready', on: 'live' }],
    });
    expect(buildSentence(found)).toContain(
      'on the live site 1.34.7 does not restore (restore 0 of 2); worse than with the build before: 1.34.7 in restore-to-ready',
    );
    expect(takesSomething(found)).toBe(true);
  });

  test('says what is worse on a replica than on that of the build before, and what the live site did', () => {
    const found = finding({
      versions: [version('1.34.7')],
      replayed: tried(flow('1.34.7', { passed: 0, failed: 1, code: 'no-ready' })),
      worse: [{ library: '1.34.7', flow: 'qr-to-ready', on: 'replica' }],
      live: { ...tried(flow('1.34.7', { flow: 'restore-to-ready', passed: 2 })), note: '1 attempt met another build' },
    });
    expect(buildSentence(found)).toContain(
      'on a replica of it 1.34.7 does not link (link 0 of 1); worse than on the build before: 1.34.7 in qr-to-ready; on the live site 1.34.7 restores (restore 2 of 2); 1 attempt met another build',
    );
    expect(takesSomething(found)).toBe(true);
  });

  test('says that attempts on a replica were not made, or not all of them', () => {
    const none = { run: null, note: 'no attempt was made: the run ended with 4', flows: [] };
    expect(buildSentence(finding({ replayed: none }))).toMatch(/; no attempt was made: the run ended with 4$/);
    const cut = { ...tried(flow('1.34.7')), note: 'attempts took longer than the budget' };
    expect(buildSentence(finding({ replayed: cut }))).toMatch(
      /on a replica of it 1\.34\.7 links \(link 1 of 1\); attempts took longer than the budget$/,
    );
  });

  test('says nothing of attempts that say nothing', () => {
    const replayed = tried(flow('1.34.7', { passed: 0, spoiled: 3 }));
    expect(buildSentence(finding({ replayed }))).not.toContain('replica');
  });

  test('is that of a whole finding only where the page was read and every version attempted in every flow', () => {
    const capture = { file: 'x.json', complete: true, modules: 1, findings: 0 };
    const whole = finding({ capture, replayed: tried(flow('1.34.2'), flow('1.34.7')) });
    expect(isWhole(whole)).toBe(true);
    expect(isWhole({ ...whole, capture: { ...capture, complete: false } })).toBe(false);
    const replays = [
      null,
      { run: null, note: 'no attempt was made: the run ended with 3', flows: [] },
      { ...tried(flow('1.34.2')), note: 'attempts took longer than the budget' },
      tried(flow('1.34.2'), flow('1.34.7', { passed: 0, spoiled: 3 })),
    ];
    for (const replayed of replays) expect(isWhole({ capture, unread: [], replayed })).toBe(false);
    expect(isWhole({ ...whole, unread: [{ library: '1.34.9', why: 'it is not on npm' }] })).toBe(false);
  });

  test('says of a page that stood in for the live site that it did', () => {
    const capture = { file: 'x.json', complete: true, modules: 1, findings: 0, standIn: true as const };
    expect(buildSentence(finding({ capture }))).toBe(
      '2.3000.1050000000 of 2026-11-29: no version loses a step or a method by its source; its page stood in for the live site',
    );
  });

  test('comes to what versions lose, or to what is not known of them, or to nothing', () => {
    const capture = { file: 'x.json', complete: true, modules: 1, findings: 0 };
    const replayed = tried(flow('1.34.7'));
    const calm = finding({ capture, replayed });
    const outcome = (found: BuildFinding, isComplete = true) => findingMark(found, isComplete).outcome;
    expect(outcome(calm)).toBe('passed');
    expect(outcome(calm, false)).toBe('infra');
    // What fails may have failed on the build before: that was not attempted.
    const failing = finding({ capture, replayed: tried(flow('1.34.7', { passed: 0, failed: 1 })) });
    expect(findingMark(failing, true).words).toBe('no loss is known');
    expect(outcome(finding({ capture, replayed: null }))).toBe('infra');
    expect(outcome(finding({ versions: [version('1.34.7', lazyForward)] }), false)).toBe('failed');
    expect(
      outcome(finding({ capture, replayed, worse: [{ library: '1.34.7', flow: 'qr-to-ready', on: 'replica' }] })),
    ).toBe('failed');
  });

  test('names what the data does not say yet, and that a page was not read completely', () => {
    const found = finding({
      drift: [{ behaviour: 'cmdEvents', data: 'plain', seen: 'from_bridge' }],
      capture: { file: 'x.json', complete: false, modules: 12_000, findings: 2 },
    });
    expect(buildSentence(found)).toContain(
      'cmdEvents is from_bridge, and the data says plain; 2 parts of its page could not be read',
    );
  });
});
