import { defineConfig } from 'vitest/config';

/**
 * Fast tests need nothing but Node; e2e tests start real libraries in a real Chromium, one after the other; `flows` is all of
 * `compat-matrix/flows.yaml`, each cell many times, and takes hours; `observability` needs a Prometheus.
 */
export default defineConfig({
  test: {
    // Most fast tests wait for a database or a process; by default two cores would run one file at a time.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/flows/**', 'test/observability/real/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'observability',
          include: ['test/observability/real/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'flows',
          include: ['test/flows/**/*.test.ts'],
          testTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
