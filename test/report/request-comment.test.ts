import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { discussionOf, writeComment } from '../../src/report/request-comment.ts';
import { type CommentsServer, startCommentsServer } from '../fixtures/comments-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function event(content: object): string {
  const file = join(temporaryFolder(), 'event.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const forges = {
  GitHub: ({ url }: CommentsServer) => ({
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: 'example/bot',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event({ pull_request: { number: 7 } }),
    GITHUB_TOKEN: 'secret',
  }),
  GitLab: ({ url }: CommentsServer) => ({
    GITLAB_CI: 'true',
    CI_API_V4_URL: url,
    CI_PROJECT_ID: '11',
    CI_MERGE_REQUEST_IID: '7',
    GITLAB_TOKEN: 'secret',
  }),
};

describe.each(Object.entries(forges))('a comment on %s', (forge, variables) => {
  test('is added once and replaced by later calls with its key, also behind a page of others', async () => {
    await using server = await startCommentsServer();
    const others = Array.from({ length: 130 }, (_, i) => ({ id: i + 1, body: `a person's comment ${i}` }));
    server.comments.push(...others);
    const discussion = discussionOf(variables(server));
    expect(await writeComment(discussion, 'gate', '## block')).toBe('added');
    expect(await writeComment(discussion, 'nightly', '## 3 cells')).toBe('added');
    expect(await writeComment(discussion, 'gate', '## promote')).toBe('replaced');
    expect(server.comments.slice(0, 130)).toEqual(others);
    expect(server.comments.slice(130).map(({ body }) => body)).toEqual([
      '<!-- wwebjs-canary: gate -->\n## promote',
      '<!-- wwebjs-canary: nightly -->\n## 3 cells',
    ]);
    const credentials = forge === 'GitHub' ? 'Bearer secret' : 'secret';
    expect(new Set(server.calls.map((call) => call.credentials))).toEqual(new Set([credentials]));
  });

  test('that is too long is cut at a line, and says so', async () => {
    await using server = await startCommentsServer();
    const discussion = discussionOf(variables(server));
    await writeComment(discussion, 'gate', `${'x'.repeat(99)}\n`.repeat(11_000));
    const [{ body } = { body: '' }] = server.comments;
    expect(body.length).toBeLessThanOrEqual(discussion.longest);
    expect(body.length).toBeGreaterThan(discussion.longest - 200);
    expect(body).toMatch(/x{99}\n\n_The rest does not fit here; the reports have it\._\n$/);
  });

  test('that the server refuses says why', async () => {
    await using server = await startCommentsServer(403);
    await expect(writeComment(discussionOf(variables(server)), 'gate', 'text')).rejects.toThrow(
      /^the comment could not be written: POST http:.* answers 403; the token may not write comments/,
    );
  });

  test('that reaches no server says why', async () => {
    const closed = await startCommentsServer();
    await closed[Symbol.asyncDispose]();
    const failed = writeComment(discussionOf(variables(closed)), 'gate', 'text');
    await expect(failed).rejects.toThrow(TroubleError);
    await expect(failed).rejects.toThrow(/ECONNREFUSED/);
  });

  test('needs every variable', async () => {
    await using server = await startCommentsServer();
    const all = variables(server);
    const needed = Object.keys(all).filter((name) => name !== 'GITHUB_EVENT_NAME');
    for (const name of needed) {
      const without = () => discussionOf({ ...all, [name]: undefined });
      expect(without, name).toThrow(InputError);
      expect(without, name).toThrow(name);
    }
  });
});

test('a job that runs for no pull request has no discussion', async () => {
  await using server = await startCommentsServer();
  const push = { ...forges.GitHub(server), GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: event({}) };
  expect(() => discussionOf(push)).toThrow('there is no pull request: the event is push');
});
