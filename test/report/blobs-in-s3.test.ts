import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { chooseReporters } from '../../src/report/choose-reporters.ts';
import { cli } from '../cli/cli.ts';
import { exampleCells, exampleRun } from '../fixtures/example-run.ts';
import { reportRun } from '../fixtures/recorded-run.ts';
import { canRunS3, type PrivateS3, startPrivateS3 } from '../support/private-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the address of a blob is checked before anything is measured', () => {
  const given = chooseReporters;
  expect(() => given('blob=s3://bucket/one.blob')).toThrow(InputError);
  expect(() => given('blob=s3://bucket/one.blob?endpoint=http://host')).toThrow(
    /^--reporter blob s3:.* AWS_ACCESS_KEY_ID/,
  );
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  const target = 's3://bucket/one.blob?endpoint=http://host';
  expect(given(`list,blob=${target}`)).toEqual([
    { name: 'list', target: '' },
    { name: 'blob', target },
  ]);
  expect(() => given('blob=s3://bucket?endpoint=http://host')).toThrow(/it names no file in the bucket/);
});

describe.runIf(canRunS3())('blobs of shards in S3', () => {
  let s3: PrivateS3;
  let full: PrivateS3;

  beforeAll(async () => {
    s3 = await startPrivateS3();
    full = await startPrivateS3({ quota: 100 });
  }, 300_000);
  afterAll(() => Promise.all([s3.stop(), full.stop()]));
  beforeEach(() => {
    vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder());
  });

  const within = ({ address, env }: PrivateS3, name: string) => {
    for (const [variable, value] of Object.entries(env)) vi.stubEnv(variable, value);
    return address.replace('?', `/${name}?`);
  };

  /** Writes the example run as two shards; returns their addresses. */
  async function twoShards(): Promise<string[]> {
    const cells = exampleCells();
    const whole = cells.map(({ planned }) => planned);
    const addresses = ['one', 'two'].map((name) => within(s3, `${name}.blob`));
    for (const [i, address] of addresses.entries()) {
      const run = { ...exampleRun, id: `run-${i + 1}` };
      const part = { shard: { index: i + 1, count: 2 }, whole };
      const own = cells.filter((_, place) => place % 2 === i);
      await reportRun('blob', address, own, { part, run: { run } });
    }
    return addresses;
  }

  test('are merged where they are, without a file that is passed on', async () => {
    const addresses = await twoShards();
    const { exit, stdout } = await cli(['report', 'merge', ...addresses, '--reporter', 'json=-']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout).summary).toEqual({ cells: 5, passed: 1, failed: 2, infra: 1, surprises: 1 });
  });

  test('one that is not there is named', async () => {
    const address = within(s3, 'none.blob');
    const { exit, stderr } = await cli(['report', 'merge', address]);
    expect(exit).toBe(4);
    expect(stderr).toContain(`the blob ${address} could not be read: `);
    expect(stderr).toContain('answered 404');
  });

  test('a shard whose blob the bucket does not take keeps it in a file that it names', async () => {
    const address = within(full, 'one.blob');
    const failed = await reportRun('blob', address, exampleCells()).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(TroubleError);
    const file = join(process.env.WWEBJS_CANARY_HOME as string, 'runs', exampleRun.id, 'shard.blob');
    expect((failed as Error).message).toContain(`the blob ${address} could not be written, and is in ${file}: `);
    expect((failed as Error).message).toContain('507');
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).toMatch(/^\{"attempts":\d+\}$/);
  });
});
