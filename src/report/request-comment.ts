import { readFileSync } from 'node:fs';
import { InputError, TroubleError } from '../contracts/input-error.ts';

/** The discussion of the pull request or merge request that a CI job runs for. */
export interface RequestDiscussion {
  /** The address of all its comments. */
  comments: string;
  /** The address of one comment, without its id. */
  comment: string;
  /** The HTTP method that replaces the text of a comment. */
  replace: 'PATCH' | 'PUT';
  headers: Record<string, string>;
  /** Longest text of a comment, in characters. */
  longest: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const perPage = 100;
const timeoutMs = 30_000;

/**
 * Finds the discussion by the variables that GitHub Actions and GitLab CI set for a job. The token is `GITHUB_TOKEN` or `GITLAB_TOKEN`.
 *
 * @throws InputError naming the variable that is missing, and for a job that runs for no pull request.
 */
export function discussionOf(env: Environment): RequestDiscussion {
  if (env.GITHUB_ACTIONS) return discussionOnGithub(env);
  if (env.GITLAB_CI) return discussionOnGitlab(env);
  throw new InputError(
    'a comment needs the variables of GitHub Actions or GitLab CI, and neither GITHUB_ACTIONS nor GITLAB_CI is set',
  );
}

function discussionOnGithub(env: Environment): RequestDiscussion {
  const event = JSON.parse(readFileSync(variable(env, 'GITHUB_EVENT_PATH'), 'utf8')) as {
    pull_request?: { number: number };
  };
  if (!event.pull_request) throw new InputError(`there is no pull request: the event is ${env.GITHUB_EVENT_NAME}`);
  const issues = `${variable(env, 'GITHUB_API_URL')}/repos/${variable(env, 'GITHUB_REPOSITORY')}/issues`;
  return {
    comments: `${issues}/${event.pull_request.number}/comments`,
    comment: `${issues}/comments`,
    replace: 'PATCH',
    headers: { authorization: `Bearer ${variable(env, 'GITHUB_TOKEN')}`, accept: 'application/vnd.github+json' },
    longest: 65_536,
  };
}

function discussionOnGitlab(env: Environment): RequestDiscussion {
  if (!env.CI_MERGE_REQUEST_IID) throw new InputError('there is no merge request: CI_MERGE_REQUEST_IID is not set');
  const project = `${variable(env, 'CI_API_V4_URL')}/projects/${variable(env, 'CI_PROJECT_ID')}`;
  const notes = `${project}/merge_requests/${env.CI_MERGE_REQUEST_IID}/notes`;
  return {
    comments: notes,
    comment: notes,
    replace: 'PUT',
    headers: { 'private-token': variable(env, 'GITLAB_TOKEN') },
    longest: 1_000_000,
  };
}

function variable(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new InputError(`a comment needs the variable ${name}, which is not set`);
  return value;
}

/**
 * Writes a comment, or replaces the one that an earlier call wrote under the same key, so that a request has one comment per key.
 *
 * @param key letters, digits and hyphens; a hidden first line of the comment has it.
 * @returns whether there was a comment before.
 * @throws TroubleError when the server cannot be reached or refuses.
 */
export async function writeComment(
  { comments, comment, replace, headers, longest }: RequestDiscussion,
  key: string,
  markdown: string,
): Promise<'added' | 'replaced'> {
  const mark = `<!-- wwebjs-canary: ${key} -->\n`;
  const body = JSON.stringify({ body: cut(`${mark}${markdown}`, longest) });
  const earlier = await findComment(comments, headers, mark);
  if (earlier === null) await call('POST', comments, headers, body);
  else await call(replace, `${comment}/${earlier}`, headers, body);
  return earlier === null ? 'added' : 'replaced';
}

async function findComment(
  comments: string,
  headers: Record<string, string>,
  mark: string,
): Promise<number | string | null> {
  for (let page = 1; ; page += 1) {
    const response = await call('GET', `${comments}?per_page=${perPage}&page=${page}`, headers);
    const found = (await response.json()) as { id: number | string; body?: string }[];
    const earlier = found.find(({ body }) => body?.replaceAll('\r\n', '\n').startsWith(mark));
    if (earlier) return earlier.id;
    if (found.length < perPage) return null;
  }
}

async function call(
  method: string,
  address: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Response> {
  const request = {
    method,
    headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'wwebjs-canary' },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body }),
  };
  const response = await fetch(address, request).catch((error: Error) => {
    throw new TroubleError(`the comment could not be written: ${method} ${address}: ${reasonOf(error)}`);
  });
  if (response.ok) return response;
  const hint =
    response.status === 403 || response.status === 401
      ? '; the token may not write comments, as that of a pull request from a fork'
      : '';
  throw new TroubleError(`the comment could not be written: ${method} ${address} answers ${response.status}${hint}`);
}

function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message : message;
}

/** Cut at the end of a line, with a note. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const note = '\n\n_The rest does not fit here; the reports have it._\n';
  const kept = text.slice(0, longest - note.length);
  return `${kept.slice(0, kept.lastIndexOf('\n'))}${note}`;
}
