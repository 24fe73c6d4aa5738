import { env } from 'node:process';
import { defineConfig } from 'vitest/config';

/** The tests of one mutation target, which `test-mutation.ts` names in the environment. */
export default defineConfig({
  test: {
    include: JSON.parse(env.MUTATION_TESTS ?? '[]') as string[],
    globalSetup: './test/temporary-folders/each-suite.ts',
    setupFiles: './test/temporary-folders/each-file.ts',
    testTimeout: 20_000,
  },
});
