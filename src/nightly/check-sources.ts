import { exitCode } from '../contracts/exit-code.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { StepResult } from '../contracts/nightly.ts';
import { ensureLibrary } from '../library/ensure-library.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import { expectationOf } from '../runner/plan.ts';
import { readExpectations } from '../runs/read-plan.ts';
import { checkSurface } from '../surface/check-surface.ts';
import { libraryIndex } from '../surface/library-index.ts';
import { plural } from '../words/text.ts';

/**
 * Checks the source of every version against every build. That a version cannot link or become ready is unexpected where no rule of
 * `expectations.yaml` expects a failure. A version that cannot be installed or read is trouble, and the others are checked.
 */
export async function checkSources(
  libraries: readonly string[],
  builds: readonly string[],
  say: (line: string) => void,
): Promise<StepResult> {
  const rules = readExpectations();
  const unexpected: string[] = [];
  const troubles: string[] = [];
  let known = 0;
  for (const library of libraries) {
    try {
      const index = libraryIndex((await ensureLibrary(library, say, 'source')).packageDir);
      for (const build of builds) {
        const { stops, missing } = checkSurface(index, resolveSurface(build));
        if (stops === null) continue;
        const at = {
          browser: 'current',
          flow: 'qr-to-ready',
          condition: 'none',
          switches: {},
          target: 'replica',
        } as const;
        const first = missing.find((each) => each.certain && each.stops === stops);
        if (expectationOf({ library, build, ...at }, rules)?.outcome === 'failed') known++;
        else
          unexpected.push(`${library} on ${build} stops at ${stops}: ${first?.name} (${first?.file}:${first?.line})`);
      }
    } catch (error) {
      if (!(error instanceof TroubleError || error instanceof InputError)) throw error;
      troubles.push(`${library}: ${error.message}`);
    }
  }
  const checked = `${plural(libraries.length - troubles.length, 'version')} on ${plural(builds.length, 'build')}`;
  const found = unexpected.length === 0 ? 'as expected' : `${unexpected.length} not as expected`;
  const failed = troubles.length === 0 ? '' : `; ${plural(troubles.length, 'version')} could not be read`;
  return {
    exit: unexpected.length > 0 ? exitCode.unexpected : troubles.length > 0 ? exitCode.trouble : exitCode.asExpected,
    sentence: `${checked}: ${found}, ${known} known not to work${failed}`,
    details: [...unexpected, ...troubles],
  };
}
