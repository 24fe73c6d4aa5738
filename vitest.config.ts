import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { testFiles } from './test/tiers.ts';

const files = testFiles(fileURLToPath(new URL('.', import.meta.url)));

/** What all tests share: see test/temporary-folder.ts. */
const shared = {
  globalSetup: './test/temporary-folders/each-suite.ts',
  setupFiles: './test/temporary-folders/each-file.ts',
};

/**
 * The three tiers of `npm test` (test/tiers.ts) and five projects of their own: `flows` is all of `compat-matrix/flows.yaml`,
 * each cell many times, and takes hours; `observability` needs a Prometheus; `package` installs the package in several ways; `containers` follows
 * the steps of the images as root, with debootstrap; `kubernetes` renders the manifests with Go and starts what they say as root.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: files.unit,
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: files.integration,
          testTimeout: 60_000,
          // Most of these tests wait most of their time for a database, a process or a deadline.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: files.e2e,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          // A browser that starts or waits for a deadline leaves half of two cores idle.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...shared,
          name: 'observability',
          include: ['test/observability/real/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'kubernetes',
          include: ['test/kubernetes/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'flows',
          include: ['test/flows/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
