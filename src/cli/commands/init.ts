import { existsSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Command, Option } from 'commander';
import semver from 'semver';
import { packageRoot } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { diskTrouble } from '../../install/disk-trouble.ts';
import { publishedVersions } from '../../library/candidates.ts';
import { versionsOfProject } from '../../runs/versions-of-project.ts';
import { type CiSystem, ciSystems, projectFiles, usualCi } from '../init/project-files.ts';

interface InitOptions {
  ci?: CiSystem;
  force?: boolean;
}

/** `init`: writes what a user keeps of this project into the working folder. */
export function initCommand(): Command {
  return new Command()
    .addOption(
      new Option(
        '--ci <system>',
        'whose job is written (default: gitlab in a project with .gitlab-ci.yml, else github)',
      ).choices(ciSystems),
    )
    .option('--force', 'overwrite files that exist')
    .addHelpText('after', help)
    .action(init);
}

const help = `
Writes compat-matrix/matrix.yaml, policy.yaml and expectations.yaml, a flow in canaries/ and the CI job into the working folder. The matrix has
the whatsapp-web.js that the lockfile of the project names (npm, pnpm or Yarn) and its next candidates. Files that exist are kept.

Exit codes: 0 files are written or kept, 3 bad usage or input, 4 a file cannot be written

Examples:
  wwebjs-canary init
  wwebjs-canary init --ci gitlab
  wwebjs-canary init --ci none --force`;

async function init({ ci = usualCi(), force = false }: InitOptions): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (process.cwd() === packageRoot.replace(/\/$/, ''))
    throw new InputError('init is for a project that uses wwebjs-canary; this folder is wwebjs-canary itself');
  for (const { path, text } of projectFiles(await librariesFor(say), ci)) {
    const isThere = existsSync(path);
    if (isThere && !force) {
      say(`kept ${path}: it exists, and --force overwrites it`);
      continue;
    }
    try {
      makeFolder(dirname(path));
      writeFileSync(path, text);
    } catch (error) {
      throw diskTrouble(error, process.cwd(), 'correct that, then start init again');
    }
    say(`${isThere ? 'overwrote' : 'wrote'} ${path}`);
  }
  say('Next: npx wwebjs-canary run');
}

/** From old to new. */
async function librariesFor(say: (line: string) => void): Promise<string[]> {
  const project = await versionsOfProject(say);
  if (project) {
    const { installed, candidates } = project;
    const own = installed.spec === installed.version ? installed.version : `./${relative('', installed.spec)}`;
    return [own, ...candidates.map(({ version }) => version)];
  }
  const published = await publishedVersions(say);
  const newest = semver.rsort(published.filter((version) => semver.prerelease(version) === null))[0] as string;
  say(`No project here installs whatsapp-web.js: the matrix is for ${newest}, the newest stable version.`);
  return [newest];
}
