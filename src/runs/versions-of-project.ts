import { type Candidate, candidatesOf, publishedVersions } from '../library/candidates.ts';
import { findProjectLibrary, type ProjectLibrary } from '../library/project-library.ts';

/** What a project installs, and the versions that may replace it. */
export interface VersionsOfProject {
  installed: ProjectLibrary;
  candidates: readonly Candidate[];
}

/**
 * The versions that a run in the working folder is about.
 *
 * @param say is called with one line that names them.
 * @returns null when no project here installs whatsapp-web.js.
 * @throws InputError as `findProjectLibrary`.
 */
export async function versionsOfProject(say: (line: string) => void): Promise<VersionsOfProject | null> {
  const installed = await findProjectLibrary();
  if (!installed) return null;
  // The first line says what is attempted; why npm did not answer comes after it.
  const troubles: string[] = [];
  const candidates = candidatesOf(installed.version, await publishedVersions((line) => troubles.push(line)));
  const next = candidates.map(({ version, why }) => `${version}, ${why}`).join('; ');
  const offer = next === '' ? 'No newer version is published.' : `Candidates: ${next}.`;
  say(`This project installs whatsapp-web.js ${installed.version} (${installed.from}). ${offer}`);
  for (const line of troubles) say(line);
  return { installed, candidates };
}
