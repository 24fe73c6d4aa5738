import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBlobStore } from '../../src/blobs/open-blob-store.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import { canRunS3, type PrivateS3, startPrivateS3 } from '../support/private-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const sessionToken = randomBytes(20).toString('hex');
const role = 'arn:aws:iam::123456789012:role/canary';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.runIf(canRunS3())('a bucket whose keys are temporary', () => {
  let s3: PrivateS3;
  beforeAll(async () => {
    s3 = await startPrivateS3({ sessionToken });
  }, 120_000);
  afterAll(() => s3.stop());

  /** Stores a blob in the bucket and reads it again after a pause. */
  async function passes(env: NodeJS.ProcessEnv, pauseMs = 0): Promise<string> {
    const blobs = openBlobStore('--evidence', s3.address, env);
    await blobs.put('one', Buffer.from('1'));
    await sleep(pauseMs);
    return (await blobs.get('one')).toString();
  }

  /** An endpoint of AWS that gives credentials: each answer is what `answer` returns for the request. */
  async function startGiver(answer: (request: IncomingMessage, body: string) => string) {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const body = Buffer.concat(await Array.fromAsync(request)).toString();
      asked.push(body);
      response.end(answer(request, body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  const later = (ms: number) => new Date(Date.now() + ms).toISOString();

  test('takes them with AWS_SESSION_TOKEN, and refuses them without it', async () => {
    expect(await passes({ ...s3.env, AWS_SESSION_TOKEN: sessionToken })).toBe('1');
    await expect(passes({ ...s3.env })).rejects.toThrow(/403.*InvalidToken/);
  });

  test('takes those of a service account of Kubernetes, asked for again when they have ended', async () => {
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'of the service account');
    const { asked, url } = await startGiver(
      () => `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>${s3.env.AWS_ACCESS_KEY_ID}</AccessKeyId><SecretAccessKey>${s3.env.AWS_SECRET_ACCESS_KEY}</SecretAccessKey>
    <SessionToken>${sessionToken}</SessionToken><Expiration>${later(500)}</Expiration>
  </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    );
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: role, AWS_REGION: 'eu-central-1' };
    for (const [name, value] of Object.entries({ ...env, AWS_ENDPOINT_URL_STS: url })) vi.stubEnv(name, value);
    expect(await passes(process.env, 600)).toBe('1');
    expect(asked).toHaveLength(2);
    const [first] = asked.map((body) => Object.fromEntries(new URLSearchParams(body)));
    expect(first).toMatchObject({
      ...{ Action: 'AssumeRoleWithWebIdentity', RoleArn: role },
      WebIdentityToken: 'of the service account',
    });
  });

  test('takes those of the agent of a pod', async () => {
    const { url } = await startGiver(({ headers }) =>
      JSON.stringify({
        AccessKeyId: s3.env.AWS_ACCESS_KEY_ID,
        SecretAccessKey: s3.env.AWS_SECRET_ACCESS_KEY,
        Token: headers.authorization === 'of the pod' ? sessionToken : 'of another pod',
        Expiration: later(3_600_000),
      }),
    );
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', url);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'of the pod');
    expect(await passes(process.env)).toBe('1');
  });

  test('is not asked without credentials, and the error says why there are none', async () => {
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(temporaryFolder(), 'absent'));
    vi.stubEnv('AWS_ROLE_ARN', role);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    await expect(passes(process.env)).rejects.toThrow(/absent/);
  });
});

test('without keys and without a role an address in S3 is bad input', () => {
  const address = 's3://bucket?endpoint=https://s3.example.org';
  expect(() => openBlobStore('--evidence', address, {})).toThrow(InputError);
  expect(() => openBlobStore('--evidence', address, {})).toThrow(
    /set AWS_ACCESS_KEY_ID .* or give this process a role/,
  );
});
