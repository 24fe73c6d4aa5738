import { type TestType, test } from '@playwright/test';
import {
  type ClientTestOptions,
  type CreateClient,
  type LinkableClient,
  type LinkedClient,
  prepareBrowser,
  withLinkedClient,
} from './testing/linked-client.ts';
import { browserMs, defaultTestMs } from './testing/time-limits.ts';

type TestOf<Base> = Base extends TestType<infer TestArgs, infer WorkerArgs> ? [TestArgs, WorkerArgs] : never;

/**
 * The `test` of Playwright with `client`, `phone` and `replica`. Each test that takes one of them gets a linked client and a replica of
 * its own, which are closed after it. It fails when its client called a part of the page that the replica has only by name.
 */
function playwrightClientTest<Client extends LinkableClient>(
  createClient: CreateClient<Client>,
  { testMs = defaultTestMs, ...options }: ClientTestOptions,
): TestType<TestOf<typeof test>[0] & LinkedClient<Client>, TestOf<typeof test>[1]> {
  return test.extend<LinkedClient<Client> & { linked: LinkedClient<Client> }, { linkedBrowser: undefined }>({
    linkedBrowser: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern.
      async ({}, use) => {
        await prepareBrowser(options);
        await use(undefined);
      },
      { scope: 'worker', timeout: browserMs },
    ],
    linked: [({ linkedBrowser: _ }, use) => withLinkedClient(createClient, options, use), { timeout: testMs }],
    client: ({ linked }, use) => use(linked.client),
    phone: ({ linked }, use) => use(linked.phone),
    replica: ({ linked }, use) => use(linked.replica),
  });
}

export { playwrightClientTest as clientTest };
