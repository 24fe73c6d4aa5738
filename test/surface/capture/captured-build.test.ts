import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Capture } from '../../../src/contracts/capture.ts';
import { removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { buildDate } from '../../../src/replica/builds/build-dates.ts';
import { buildOfText, readCapture, textOfBuild } from '../../../src/replica/builds/captured-build.ts';
import { memberPresence, resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface, timelineOf } from '../../../src/replica/builds/resolve-surface.ts';
import { surfaceConfidence } from '../../../src/replica/builds/surface-confidence.ts';
import { captureText } from '../../../src/surface/capture/file-text.ts';
import { diffBuilds } from '../../../src/surface/diff-builds.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { captureOf } from './round-trip.ts';

afterEach(removeCaptures);

const known = '2.3000.1044822804';
const tonight = '2.3000.1059999999';

/** A file with the capture of a build that nothing is known of: the page of a known one under another number, without one function. */
function captureFile(change: (capture: Capture) => unknown = (capture) => capture, build = tonight): string {
  const surface = resolveSurface(known);
  const { forwardMessages: _, ...exports } = surface.modules.WAWebChatForwardMessage?.exports ?? {};
  const forward = { ...surface.modules.WAWebChatForwardMessage, exports } as (typeof surface.modules)[string];
  const modules = { ...surface.modules, WAWebChatForwardMessage: forward };
  const file = join(temporaryFolder(), 'capture.json');
  const capture = captureOf({ ...surface, build, modules });
  writeFileSync(file, captureText(change(capture) as Capture));
  return file;
}

test('the file of a capture is read as it was written', () => {
  const capture = captureOf(resolveSurface(known));
  const file = join(temporaryFolder(), 'capture.json');
  writeFileSync(file, captureText(capture));
  expect(readCapture(file)).toEqual(capture);
});

describe('captured:FILE', () => {
  test('keeps the day on which the data knows that its build was served, however late its page was read', () => {
    const before = buildDate(known)?.date;
    buildOfText(`captured:${captureFile(undefined, known)}`);
    expect(before).toBe('2026-08-10');
    expect(buildDate(known)?.date).toBe(before);
  });

  test('is the build that the capture names, with its names and shapes', () => {
    expect(resolveSurface(tonight).modules.WAWebChatForwardMessage?.exports).toHaveProperty('forwardMessages');
    const file = captureFile();
    expect(buildOfText(`captured:${file}`)).toBe(tonight);
    const surface = resolveSurface(tonight);
    expect(surface.extrapolated).toBeNull();
    expect(surface.archived).toEqual({ upTo: tonight, after: null });
    expect(surface.modules.WAWebChatForwardMessage?.exports).not.toHaveProperty('forwardMessages');
    expect(memberPresence(resolveShapes(tonight), 'WAWebMsgModel.Msg', 'mediaData')).toBe('present');
    expect(resolveShapes(tonight).readAt.WAWebMsgModel).toBe(tonight);
    expect(textOfBuild(tonight)).toBe(`captured:${file}`);
    expect(textOfBuild(known)).toBe(known);
  });

  test('has the behaviours of the nearest known build, and says so: none that the page does not show is certain', () => {
    const { known: range } = resolveSurface(known);
    buildOfText(`captured:${captureFile()}`);
    const surface = resolveSurface(tonight);
    expect(surface.behavioursOf).toBe(range.to);
    expect(surface.behaviours.msgKeyTextField).toBe('$1');
    expect(surfaceConfidence(surface)).toBe('inferred');
    const open = surface.uncertain.flatMap(({ names }) => names);
    expect(open).toContain('msgKeyTextField');
    expect(open).not.toContain('cmdEvents');
    expect(resolveSurface(known).behavioursOf).toBeNull();
  });

  test('of the page of an account has the behaviours and what waits as they were read, and leaves only the others open', () => {
    const read = { searchIcon: 'search-of-tonight', mediaPrivateId: 'hidden' } as const;
    const unresolved = { WAWebChatForwardMessage: ['WAWebDualUploadsSendPolicy'] };
    const file = captureFile((capture) => ({
      ...capture,
      ...{ method: 'account', unresolved, behaviours: { ...capture.behaviours, ...read } },
    }));
    buildOfText(`captured:${file}`);
    const surface = resolveSurface(tonight);
    expect(surface.behaviours).toMatchObject(read);
    expect(surface.modules.WAWebChatForwardMessage?.unresolved).toEqual(unresolved.WAWebChatForwardMessage);
    const open = surface.uncertain.flatMap(({ names }) => names);
    expect(open).not.toContain('searchIcon');
    expect(open).not.toContain('mediaPrivateId');
    expect(open).toContain('logoutNavigation');
    const changed = diffBuilds(resolveSurface(known), surface).behaviours.map(({ name }) => name);
    expect(changed).toContain('searchIcon');
  });

  test('of an older build leaves every later build as it was', () => {
    const older = '2.3000.1026515401';
    const later = timelineOf('comet').steps.map(({ change }) => change.since);
    const before = later.map((build) => Object.keys(resolveSurface(build).modules).length);
    const file = join(temporaryFolder(), 'capture.json');
    writeFileSync(file, captureText(captureOf(resolveSurface(older))));
    buildOfText(`captured:${file}`);
    expect(resolveSurface(older).archived.upTo).toBe(older);
    const complete = later.indexOf('2.3000.1037160418');
    const after = later.map((build) => Object.keys(resolveSurface(build).modules).length);
    expect(after.slice(complete)).toEqual(before.slice(complete));
  });

  test.each<[string, (capture: Capture) => unknown, RegExp]>([
    [
      'of another schema',
      (capture) => ({ ...capture, schemaVersion: 2 }),
      /capture of schema 2, and this version reads/,
    ],
    ['of another kind', (capture) => ({ ...capture, kind: 'report' }), /it is no file of `surface capture`/],
    ['with a wrong key', (capture) => ({ ...capture, capturedAt: 'today' }), /capturedAt: /],
  ])('%s is refused by name', (_, change, message) => {
    const file = captureFile(change);
    expect(() => buildOfText(`captured:${file}`)).toThrow(message);
    expect(() => buildOfText(`captured:${file}`)).toThrow(file);
  });

  test('twice for one build is refused', () => {
    buildOfText(`captured:${captureFile(undefined, '2.3000.1058888888')}`);
    expect(() => buildOfText(`captured:${captureFile(undefined, '2.3000.1058888888')}`)).toThrow(
      /captures of the same build/,
    );
  });
});
