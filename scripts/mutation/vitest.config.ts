import { relative } from 'node:path';
import { env } from 'node:process';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const tests = JSON.parse(env.MUTATION_TESTS ?? '[]') as string[];

/** In the given sequence, since the first test that fails ends the run of a mutant. Vitest begins with the slowest file. */
class AsGiven extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId, project }: TestSpecification) =>
      tests.indexOf(relative(project.config.root, moduleId));
    return files.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

/** The tests of one mutation target, which `test-mutation.ts` names in the environment. */
export default defineConfig({
  test: {
    include: tests,
    globalSetup: './test/temporary-folders/each-suite.ts',
    setupFiles: ['./test/temporary-folders/each-file.ts', './scripts/mutation/end-on-failure.ts'],
    testTimeout: 20_000,
    // A worker for all files of a run loads their modules once; the next mutant gets another one.
    isolate: env.MUTATION_ISOLATES_TESTS !== 'false',
    sequence: { sequencer: AsGiven },
  },
});
