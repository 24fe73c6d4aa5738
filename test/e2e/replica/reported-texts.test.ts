import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkedClient } from './linked-client.ts';
import { reportedTexts, type TextedClient } from './reported-texts.ts';

const pairs = Map.groupBy(reportedTexts, ({ version, build }) => `${version} on ${build}`);

test('the table has at least 25 rows, none of them twice', () => {
  const keys = reportedTexts.map(({ report, version, build, call }) => [report, version, build, call].join());
  expect(new Set(keys).size).toBe(reportedTexts.length);
  expect(reportedTexts.length).toBeGreaterThanOrEqual(25);
});

describe.each([...pairs])('%s', (_, rows) => {
  let client: TextedClient;

  beforeAll(async () => {
    const [{ version, build }] = rows as [(typeof rows)[number]];
    const linked = await linkedClient(version, build);
    client = Object.assign(linked, { message: undefined });
    const received = once(linked.client as never, 'message', { signal: AbortSignal.timeout(30_000) });
    linked.phone.send('hello');
    [client.message] = await received;
  });

  afterAll(() => client?.[Symbol.asyncDispose]());

  test.each(rows)('$call fails with the text of $report', async ({ make, text }) => {
    const error = await make(client).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error && firstLine(error)).toBe(text);
    expect(client.replica.findings()).toEqual([]);
  });
});

/** Older Puppeteer versions put a text of their own before that of the page. */
function firstLine(error: Error): string | undefined {
  return String(error)
    .replace(/^Error: Evaluation failed: /, '')
    .split('\n')[0];
}
