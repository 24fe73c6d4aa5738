import { runInThisContext } from 'node:vm';
import type * as LinkedClients from './testing/linked-client.ts';
import type { ClientTestOptions, CreateClient, LinkableClient, LinkedClient } from './testing/linked-client.ts';
import { browserMs, defaultTestMs } from './testing/time-limits.ts';

/** The part of Jest's `test` that takes a name and a function. */
type DefineTest = (name: string, run: () => Promise<void>, timeoutMs: number) => void;

interface JestGlobals {
  beforeAll(run: () => Promise<unknown>, timeoutMs: number): void;
  test: DefineTest & { only: DefineTest; skip: DefineTest; failing: DefineTest };
}

/** Defines a test whose function gets a linked client, its phone and its replica. */
export type DefineClientTest<Client> = (
  name: string,
  run: (linked: LinkedClient<Client>) => void | Promise<void>,
  timeoutMs?: number,
) => void;

export interface ClientTest<Client> extends DefineClientTest<Client> {
  only: DefineClientTest<Client>;
  skip: DefineClientTest<Client>;
  failing: DefineClientTest<Client>;
}

const { beforeAll, test } = require('@jest/globals') as JestGlobals;

/**
 * Loads a file of this package with Node's own `require`. Jest has its own `require` for test files, which does not load ES modules.
 * The context of Node has the real `process`; the one that Jest makes for a test file has a copy.
 */
const { getBuiltinModule } = runInThisContext('process') as typeof process;
const load = getBuiltinModule('node:module').createRequire(__filename);

/**
 * A `test` of Jest whose function gets `client`, `phone` and `replica`. Each test gets a linked client and a replica of its own, which
 * are closed after it. It fails when its client called a part of the page that the replica has only by name.
 *
 * Call it at the top of a test file, before the tests.
 */
function jestClientTest<Client extends LinkableClient>(
  createClient: CreateClient<Client>,
  options: ClientTestOptions,
): ClientTest<Client> {
  const { prepareBrowser, withLinkedClient } = load('./testing/linked-client.js') as typeof LinkedClients;
  beforeAll(() => prepareBrowser(options), browserMs);
  const define =
    (inJest: DefineTest): DefineClientTest<Client> =>
    (name, run, timeoutMs = options.testMs ?? defaultTestMs) =>
      inJest(name, () => withLinkedClient(createClient, options, run), timeoutMs);
  const { only, skip, failing } = test;
  return Object.assign(define(test), { only: define(only), skip: define(skip), failing: define(failing) });
}

export { jestClientTest as clientTest };
