import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { type EvidenceCarrier, EvidenceStore, openEvidence } from '../../src/blobs/evidence-store.ts';
import { FolderBlobs } from '../../src/blobs/folder-blobs.ts';
import { type Attempt, attemptSchema } from '../../src/contracts/attempt.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import { failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { canRunS3, type PrivateS3, startPrivateS3 } from '../support/private-s3.ts';
import { canMountDisk, smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const files = {
  'events.json': Buffer.from('[]\n'),
  'host.stderr.log': Buffer.from('a line\n'),
  'screenshot.png': randomBytes(70_000),
  'trace.json': Buffer.from('{"schemaVersion":1}'),
  'trace/dom-1.html': Buffer.from('<p>ü</p>'),
};
const impatient = { pausesMs: [1, 1], restMs: 0 };

/** An attempt with its evidence in the folder of a run. */
function kept(id = '1-0001'): { attempt: Attempt; runFolder: string } {
  const runFolder = temporaryFolder();
  mkdirSync(join(runFolder, id, 'trace'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(runFolder, id, name), bytes);
  return { attempt: failedAttempt({ id, artifacts: id }), runFolder };
}

function filesIn(folder: string): Record<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}

/** The reason with which a worker that cannot send marks the record. */
async function reasonOfSend(store: EvidenceCarrier): Promise<string | undefined> {
  const { attempt, runFolder } = kept();
  const sent = await store.send('run', attempt, runFolder);
  const { artifactsMissing, ...others } = attemptSchema.parse(sent);
  expect(others).toEqual({ ...attempt, artifacts: null });
  expect(filesIn(join(runFolder, '1-0001'))).toEqual(files);
  return artifactsMissing;
}

/** Another machine gets every file as it was; the first one needs its disk for the next attempts. */
async function passesOn(store: EvidenceCarrier): Promise<void> {
  const { attempt, runFolder } = kept();
  expect(await store.send('run', attempt, runFolder)).toEqual(attempt);
  expect(existsSync(join(runFolder, '1-0001'))).toBe(false);
  const there = temporaryFolder();
  // A coordinator that was killed in the middle of it begins again.
  mkdirSync(join(there, '1-0001'));
  writeFileSync(join(there, '1-0001', 'half'), '');
  expect(await store.fetch('run', attempt, there)).toEqual(attempt);
  expect(filesIn(join(there, '1-0001'))).toEqual(files);
}

test('without a store evidence stays where workers on the same machine have it, and is missing on any other', async () => {
  const { attempt, runFolder } = kept();
  const none = openEvidence(undefined, {});
  expect(await none.send('run', attempt, runFolder)).toEqual(attempt);
  expect(await none.fetch('run', attempt, runFolder)).toEqual(attempt);
  expect(filesIn(join(runFolder, '1-0001'))).toEqual(files);
  const artifactsMissing = 'it is not on this machine: the run and its workers need the same --evidence';
  expect(await none.fetch('run', attempt, temporaryFolder())).toEqual({
    ...attempt,
    artifacts: null,
    artifactsMissing,
  });
});

test.each(['s3://me:secret@bucket/x?endpoint=http://s3', 's3://bucket/x?endpoint=http://me:secret@s3'])(
  '%s is refused, since records would show what it keeps',
  (address) => {
    const keys = { AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(() => openEvidence(address, keys)).toThrow(/^--evidence s3:\/\/\.\.\.: an address has no credentials/);
  },
);

describe('evidence in a folder', () => {
  test('reaches another machine byte for byte', () => passesOn(openEvidence(temporaryFolder(), {})));

  test('the store does not change an attempt without evidence', async () => {
    const place = temporaryFolder();
    const store = openEvidence(place, {});
    const attempt = passedAttempt();
    expect(await store.send('run', attempt, temporaryFolder())).toEqual(attempt);
    expect(await store.fetch('run', attempt, temporaryFolder())).toEqual(attempt);
    expect(readdirSync(place)).toEqual([]);
  });

  test('what was never sent is marked as missing, and nothing is left of it', async () => {
    const place = temporaryFolder();
    const there = temporaryFolder();
    const attempt = failedAttempt({ id: '1-0001', artifacts: '1-0001' });
    const fetched = await openEvidence(place, {}).fetch('run', attempt, there);
    expect(fetched).toMatchObject({
      artifacts: null,
      artifactsMissing: `the evidence store ${place} does not have it (ENOENT)`,
    });
    expect(readdirSync(there)).toEqual([]);
  });

  test('a damaged archive is marked as missing', async () => {
    const place = temporaryFolder();
    const { attempt, runFolder } = kept();
    const store = openEvidence(place, {});
    await store.send('run', attempt, runFolder);
    const file = join(place, 'run', '1-0001.tgz');
    writeFileSync(file, readFileSync(file).subarray(0, -100));
    const there = temporaryFolder();
    expect((await store.fetch('run', attempt, there)).artifactsMissing).toMatch(/^its archive cannot be used: /);
    expect(readdirSync(there)).toEqual([]);
  });

  test('a link in an archive leads nowhere', async () => {
    const { attempt, runFolder } = kept();
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(runFolder, '1-0001', 'link.json'));
    const store = openEvidence(temporaryFolder(), {});
    await store.send('run', attempt, runFolder);
    const there = temporaryFolder();
    await store.fetch('run', attempt, there);
    expect(readdirSync(join(there, '1-0001'))).not.toContain('link.json');
  });

  describe.runIf(canMountDisk())('on a full disk', () => {
    test('the record is kept, with the reason, and the disk has no half-written file', async () => {
      const disk = smallDisk(40_960);
      const store = openEvidence(disk, {});
      expect(await reasonOfSend(store)).toBe(`the evidence store ${disk} is full (ENOSPC)`);
      expect(filesIn(disk)).toEqual({});
    });

    test('the disk of the machine that reports is named as such', async () => {
      const store = openEvidence(temporaryFolder(), {});
      const { attempt, runFolder } = kept();
      await store.send('run', attempt, runFolder);
      const { artifactsMissing } = await store.fetch('run', attempt, smallDisk(40_960));
      expect(artifactsMissing).toBe('the disk of this machine is full (ENOSPC)');
    });
  });
});

test('a store that is away for a moment is tried again; after the last try attempts do not wait for it', async () => {
  const blobs = new FolderBlobs(temporaryFolder());
  let failures = 2;
  let tries = 0;
  /** The network of this test: a folder that is away as often as `failures` says. */
  const away: BlobStore = {
    get: (name) => blobs.get(name),
    delete: (name) => blobs.delete(name),
    put(name, bytes) {
      tries += 1;
      if (failures === 0) return blobs.put(name, bytes);
      failures -= 1;
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
      );
    },
  };
  await passesOn(new EvidenceStore(away, 'away', impatient));
  expect(tries).toBe(3);
  failures = 3;
  const resting = new EvidenceStore(away, 'away', { ...impatient, restMs: 60_000 });
  const reason = 'the evidence store away cannot be reached: ECONNRESET';
  expect(await reasonOfSend(resting)).toBe(reason);
  expect(await reasonOfSend(resting)).toBe(reason);
  expect(tries).toBe(6);
});

describe.runIf(canRunS3())('evidence in S3', () => {
  let s3: PrivateS3;
  let full: PrivateS3;

  beforeAll(async () => {
    s3 = await startPrivateS3();
    full = await startPrivateS3({ quota: 10_000 });
  }, 300_000);
  afterAll(() => Promise.all([s3.stop(), full.stop()]));

  test('reaches another machine byte for byte', () => passesOn(openEvidence(s3.address, s3.env)));

  test('a full bucket is named once, and is not tried again', async () => {
    const reason = 'the evidence store s3://profiles/of/tests is full (507 XMinioStorageFull)';
    expect(await reasonOfSend(openEvidence(full.address, full.env))).toBe(reason);
  });

  test('a wrong secret is named', async () => {
    const store = openEvidence(s3.address, { ...s3.env, AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    const reason = 'the evidence store s3://profiles/of/tests refuses access (403 SignatureDoesNotMatch)';
    expect(await reasonOfSend(store)).toBe(reason);
  });

  test('a bucket that does not exist is named', async () => {
    const store = openEvidence(s3.address.replace('profiles', 'others'), s3.env);
    expect(await reasonOfSend(store)).toBe(
      'the evidence store s3://others/of/tests has no such bucket (404 NoSuchBucket)',
    );
  });

  test('a server that is not there is named', async () => {
    const gone = await startPrivateS3();
    await gone.stop();
    const store = new EvidenceStore(gone.blobs(), 's3://profiles', impatient);
    expect(await reasonOfSend(store)).toBe('the evidence store s3://profiles cannot be reached: ECONNREFUSED');
  });
});

const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

test.each([
  ['ftp://host/evidence', credentials, /^--evidence ftp:\/\/host\/evidence: it has to be folder:/],
  ['s3://bucket', credentials, /^--evidence s3:\/\/bucket: bucket or endpoint is missing/],
  ['s3://?endpoint=http://host', credentials, /bucket or endpoint is missing/],
  ['s3://bucket?endpoint=host:9000', credentials, /the endpoint host:9000 is no http or https address/],
  ['s3://bucket?endpoint=http://host:9000', {}, /set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
])('--evidence %s is refused', (address, env, message) => {
  expect(() => openEvidence(address, env)).toThrow(InputError);
  expect(() => openEvidence(address, env)).toThrow(message);
});
