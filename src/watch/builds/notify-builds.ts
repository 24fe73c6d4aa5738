import type { BuildFinding } from '../../contracts/build-finding.ts';
import type { LiveBuild } from '../../store/live-builds.ts';
import type { Store } from '../../store/open-store.ts';
import type { BuildSource } from '../../store/tables.ts';
import { buildSentence } from '../../words/build-finding.ts';
import { postJson } from '../surprises.ts';

/** A finding as it is sent: without what only the machine that made it has. */
type SentFinding = Omit<BuildFinding, 'capture' | 'unread'> & {
  capture: Omit<BuildFinding['capture'], 'file'>;
  /** Versions that could not be installed or read. */
  unread: string[];
};

/** The body of one call, as JSON. */
export interface BuildNews {
  schemaVersion: 1;
  event: 'build';
  /** Whether the live site served the build, or `--from` named files. */
  source: BuildSource;
  build: string;
  /** What the build changes, as one sentence. */
  seen: string;
  /** When the build was seen first. */
  since: string;
  finding: SentFinding;
}

/** Older findings are not sent: a webhook that is new, or accepts nothing for long, does not get all that the store has. */
const sentForMs = 7 * 86_400_000;
/** One finding that a webhook refuses, as too long, holds up none after it; after so many refusals it gets no more for this time. */
const mostRefusals = 3;

/**
 * Notifies a webhook once of every build of the last seven days whose finding is complete. What it does not accept (no answer, or none of
 * 2xx) is sent again the next time. Returns why the first notification failed; null when all were accepted.
 *
 * @param now milliseconds since 1970
 */
export async function notifyBuilds(
  url: string,
  { liveBuilds, savedBuilds }: Pick<Store, 'liveBuilds' | 'savedBuilds'>,
  now: number,
): Promise<string | null> {
  const troubles: string[] = [];
  for (const [source, builds] of [['site', liveBuilds] as const, ['saved', savedBuilds] as const]) {
    for (const build of await builds.notNotified(now - sentForMs)) {
      // Marked before: a process that is killed in between may have sent it, and must not send it again.
      if (!(await builds.markNotified(build.build, now))) continue;
      const trouble = await postJson(url, newsOf(build, source));
      if (trouble === null) continue;
      await builds.markRefused(build.build);
      troubles.push(trouble);
      if (troubles.length === mostRefusals) return troubles[0] as string;
    }
  }
  return troubles[0] ?? null;
}

function newsOf({ build, seenAt, finding }: LiveBuild, source: BuildSource): BuildNews {
  const since = new Date(seenAt).toISOString();
  return {
    schemaVersion: 1,
    event: 'build',
    source,
    build,
    seen: buildSentence(finding),
    since,
    finding: sent(finding),
  };
}

function sent({ capture: { file: _, ...capture }, unread, ...finding }: BuildFinding): SentFinding {
  return { ...finding, capture, unread: unread.map(({ library }) => library) };
}
