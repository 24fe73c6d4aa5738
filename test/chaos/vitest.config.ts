import { defineConfig } from 'vitest/config';

/** Kill tests and long races: minutes each, one after the other, `npm run test:chaos`. */
export default defineConfig({
  test: {
    globalSetup: './test/temporary-folders/each-suite.ts',
    setupFiles: './test/temporary-folders/each-file.ts',
    include: ['test/chaos/**/*.chaos.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
  },
});
