import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { home, packageRoot } from '../../../src/contracts/home.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { plannedChoice, planPairs } from '../../../src/verdicts/plan-pairs.ts';
import { exampleRun, failedAttempt, passedAttempt } from '../../fixtures/example-run.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A repository of a project that uses whatsapp-web.js, with a branch per version that its lockfile names. */
export interface Project {
  repository: string;
  /** What the scripts of its jobs need: this Node, and an npm that links this checkout for `npm ci`. */
  env: Record<string, string>;
}

/** @param branches each with the version that it has; a branch is the merge of itself into the one before it. */
export function makeProject(
  branches: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Project {
  const repository = temporaryFolder();
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=a person', '-c', 'user.email=person@example.com'];
    execFileSync('git', [...who, ...args], { cwd: repository, stdio: 'pipe' });
  };
  git('init', '--quiet', '--initial-branch=empty');
  git('commit', '--quiet', '--allow-empty', '--message=begin');
  for (const [branch, version] of Object.entries(branches)) {
    git('checkout', '--quiet', '-b', branch);
    const dependencies = { 'whatsapp-web.js': version };
    const locked = {
      name: 'bot',
      lockfileVersion: 3,
      packages: { '': { dependencies }, 'node_modules/whatsapp-web.js': { version } },
    };
    const written = {
      'package.json': JSON.stringify({ name: 'bot', private: true, dependencies }),
      'package-lock.json': JSON.stringify(locked),
      '.gitignore': 'node_modules\n',
      ...files,
    };
    for (const [name, text] of Object.entries(written)) {
      mkdirSync(dirname(join(repository, name)), { recursive: true });
      writeFileSync(join(repository, name), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', `--message=${branch}`);
  }
  return { repository, env: environment() };
}

function environment(): Record<string, string> {
  const programs = temporaryFolder();
  const real = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const npm = `#!/bin/sh
[ "$*" = "ci --ignore-scripts" ] || exec '${real}' "$@"
mkdir -p node_modules/.bin
ln -s '${packageRoot}' node_modules/wwebjs-canary
ln -s ../wwebjs-canary/bin/wwebjs-canary.js node_modules/.bin/wwebjs-canary
`;
  writeFileSync(join(programs, 'npm'), npm);
  chmodSync(join(programs, 'npm'), 0o755);
  return { PATH: [programs, dirname(process.execPath), process.env.PATH].join(':') };
}

/**
 * A home with what is installed here, whose store has hand-made attempts of two versions, enough to judge them. They claim nothing about
 * real versions.
 */
export async function homeWithAttempts(
  versions: { baseline: string; candidate: string },
  candidatePasses: boolean,
): Promise<string> {
  const folder = temporaryFolder();
  for (const name of ['libraries', 'browsers']) symlinkSync(home(name), join(folder, name));
  const choice = plannedChoice({}, defaultPolicy);
  const { places } = planPairs(versions, choice, 'replica');
  const store = await openStore(join(folder, 'store.sqlite'));
  await store.runs.add(exampleRun);
  // The default policy judges at 60 in a flow, and each of its flows is in three cells.
  for (const place of places)
    for (const [arm, library] of Object.entries(versions))
      for (let i = 0; i < 24; i += 1) {
        const startedAt = new Date(Date.now() - 3_600_000 + i).toISOString();
        const make = arm === 'candidate' && !candidatePasses ? failedAttempt : passedAttempt;
        await store.attempts.add(exampleRun.id, { ...place, library }, make({ startedAt }));
      }
  await store.close();
  return folder;
}
