import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

/**
 * `node scripts/release.ts check|publish`, in the jobs of release.yml, with the variables that GitHub sets. `check` compares the tag with
 * package.json and CHANGELOG.md and writes the version to GITHUB_OUTPUT; `publish` makes the release of the tag and moves the major tag of
 * the action.
 */
const { GITHUB_REF_NAME: tag = '', GITHUB_OUTPUT, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

try {
  const notes = checked();
  if (process.argv[2] === 'publish') await publish(notes);
  else appendFileSync(GITHUB_OUTPUT as string, `version=${version}\n`);
} catch (error) {
  console.log(`::error title=release::${(error as Error).message}`);
  process.exitCode = 1;
}

/** The part of the changelog of this version. @throws Error when the tag or the changelog says something else than package.json. */
function checked(): string {
  if (tag !== `v${version}`) throw new Error(`the tag ${tag} is not the version ${version} of package.json`);
  const parts = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
  const part = parts.find((text) => text.startsWith(`[${version}] - `));
  const [, notes] = /^.+ - \d{4}-\d\d-\d\d\n(.+)$/s.exec(part ?? '') ?? [];
  if (notes === undefined) throw new Error(`CHANGELOG.md has no part "## [${version}] - YYYY-MM-DD"`);
  return notes.trim();
}

async function publish(notes: string): Promise<void> {
  const made = await call('POST', 'releases', { tag_name: tag, name: tag, body: notes });
  if (!made.ok) throw new Error(`the release could not be made: GitHub answers ${made.status}`);
  const sha = execFileSync('git', ['rev-parse', 'HEAD']).toString().trim();
  const major = `tags/v${version.split('.')[0]}`;
  const moved = await call('PATCH', `git/refs/${major}`, { sha, force: true });
  // The first release of a major version makes its tag.
  const set = moved.ok ? moved : await call('POST', 'git/refs', { ref: `refs/${major}`, sha });
  if (!set.ok) throw new Error(`${major} could not be moved to ${sha}: GitHub answers ${set.status}`);
  console.log(`released ${tag}, ${major} is at ${sha}`);
}

function call(method: string, path: string, body: object): Promise<Response> {
  return fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'user-agent': 'wwebjs-canary',
    },
    body: JSON.stringify(body),
  });
}
