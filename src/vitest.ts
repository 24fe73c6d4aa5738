import { beforeAll, type TestAPI, test, vi } from 'vitest';
import {
  type ClientTestOptions,
  type CreateClient,
  type LinkableClient,
  type LinkedClient,
  prepareBrowser,
  withLinkedClient,
} from './testing/linked-client.ts';
import { browserMs, defaultTestMs } from './testing/time-limits.ts';

/**
 * The `test` of Vitest with `client`, `phone` and `replica`. Each test that takes one of them gets a linked client and a replica of
 * its own, which are closed after it. It fails when its client called a part of the page that the replica has only by name.
 *
 * Call it at the top of a test file, before the tests.
 */
function vitestClientTest<Client extends LinkableClient>(
  createClient: CreateClient<Client>,
  { testMs = defaultTestMs, ...options }: ClientTestOptions,
): TestAPI<LinkedClient<Client>> {
  vi.setConfig({ testTimeout: testMs });
  beforeAll(async () => void (await prepareBrowser(options)), browserMs);
  return test.extend<LinkedClient<Client> & { linked: LinkedClient<Client> }>({
    linked: ({ task: _ }, use) => withLinkedClient(createClient, options, use),
    client: ({ linked }, use) => use(linked.client),
    phone: ({ linked }, use) => use(linked.phone),
    replica: ({ linked }, use) => use(linked.replica),
  });
}

export { vitestClientTest as clientTest };
