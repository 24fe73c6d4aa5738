import { describe, expect, test } from 'vitest';
import { faces } from '../../src/contracts/surface.ts';
import { surfaceAt } from '../../src/replica/builds/build-timeline.ts';
import { timelineOf } from '../../src/replica/builds/resolve-surface.ts';

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

  test('only archives are marked as read, or what they show', () => {
    const builds = [...timeline.data.archives.values()].map(({ build }) => build);
    const read = changes.filter(({ confidence }) => confidence === 'read').map(({ since }) => since);
    expect(read.filter((since) => !builds.includes(since))).toEqual([]);
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
