import { describe, expect, test } from 'vitest';
import { compareBuilds, parseBuild } from '../../src/contracts/build-number.ts';
import { faces } from '../../src/contracts/surface.ts';
import { surfaceAt } from '../../src/replica/builds/build-timeline.ts';
import { resolveShapes } from '../../src/replica/builds/resolve-shapes.ts';
import { timelineOf } from '../../src/replica/builds/resolve-surface.ts';
import { uncertainAt } from '../../src/replica/builds/uncertain-changes.ts';

/** `owner/name`, with an issue or pull request, or with a commit or tag. */
const citation = /^[\w.-]+\/[\w.-]+(#\d+|@[\w.-]+)?$/;

describe.each(faces)('changes of %s builds', (face) => {
  const timeline = timelineOf(face);
  const { changes } = timeline.data.facts;

  test('each cites public sources by repository', () => {
    const bad = changes.flatMap(({ since, source }) =>
      source.filter((text) => !citation.test(text)).map((text) => [since, text]),
    );
    expect(bad).toEqual([]);
  });

  test('each that is only inferred or assumed says in a note what it rests on', () => {
    const silent = changes.filter(({ confidence, note }) => /inferred|assumed/.test(confidence) && !note);
    expect(silent.map(({ since }) => since)).toEqual([]);
  });

  test('only archives and builds of which every covered module was read are marked as read, or what they show', () => {
    const archived = [...timeline.data.archives.values()].map(({ build }) => build);
    const read = changes.filter(({ confidence, whole }) => confidence === 'read' && !whole).map(({ since }) => since);
    expect(read.filter((since) => !archived.includes(since))).toEqual([]);
  });

  test('each build of which every covered module was read lies after an archive of the same source', () => {
    const sourceOf = (text: string | undefined) => text?.split('@')[0];
    for (const { since, whole, source } of changes.filter((each) => each.whole)) {
      const before = [...timeline.data.archives.values()].findLast(
        ({ build, complete }) => complete && compareBuilds(parseBuild(build), parseBuild(since)) < 0,
      );
      expect([since, whole, sourceOf(before?.source[0])]).toEqual([since, true, sourceOf(source[0])]);
    }
  });

  test('on a build of which every covered module was read no name, member or parameter is uncertain', () => {
    const read = changes.filter(({ whole }) => whole).map(({ since }) => since);
    const open = read.flatMap((build) =>
      [...uncertainAt(timeline.uncertain, parseBuild(build)), ...resolveShapes(build).uncertain].flatMap(({ names }) =>
        names.filter((name) => name.startsWith('WA')).map((name) => `${build}: ${name}`),
      ),
    );
    expect(open).toEqual([]);
    expect(read.length).toBe(face === 'comet' ? 21 : 0);
  });

  test('an archive counts as read at its own build only', () => {
    const named = changes.filter(({ archive, confidence }) => archive && confidence === 'read');
    for (const { since, archive } of named) expect(timeline.data.archives.get(archive ?? '')?.build).toBe(since);
  });

  test('after each, every collection has its module and export', () => {
    for (const { change } of timeline.steps) {
      const { modules, collections } = surfaceAt(timeline, change.since);
      const dangling = Object.values(collections).filter((target) => {
        const [module, name] = target.split('.') as [string, string];
        return !modules[module]?.exports[name];
      });
      expect(dangling, change.since).toEqual([]);
    }
  });
});
