import type { BuildFinding } from '../../contracts/build-finding.ts';
import type { LiveBuild, LiveBuilds } from '../../store/live-builds.ts';
import { buildSentence } from '../../words/build-finding.ts';
import { postJson } from '../surprises.ts';

/** The body of one call, as JSON. */
export interface BuildNews {
  schemaVersion: 1;
  event: 'build';
  build: string;
  /** What the build changes, as one sentence. */
  seen: string;
  /** When the build was seen first. */
  since: string;
  finding: BuildFinding;
}

/**
 * Notifies a webhook once of every build whose finding is complete. What it does not accept (no answer, or none of 2xx) is sent again the
 * next time. Returns why a notification failed; null when all were accepted.
 *
 * @param url null where there is no webhook: the findings count as sent
 */
export async function notifyBuilds(url: string | null, builds: LiveBuilds, now: number): Promise<string | null> {
  for (const build of await builds.notNotified()) {
    // Marked before: a process that is killed in between may have sent it, and must not send it again.
    if (!(await builds.markNotified(build.build, now))) continue;
    const trouble = url === null ? null : await postJson(url, newsOf(build));
    if (trouble === null) continue;
    await builds.markRefused(build.build);
    return trouble;
  }
  return null;
}

function newsOf({ build, seenAt, finding }: LiveBuild): BuildNews {
  const since = new Date(seenAt).toISOString();
  return { schemaVersion: 1, event: 'build', build, seen: buildSentence(finding), since, finding };
}
