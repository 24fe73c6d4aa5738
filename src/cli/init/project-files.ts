import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sortBuilds } from '../../contracts/build-number.ts';
import { home, packageRoot } from '../../contracts/home.ts';
import { stagedFlow } from '../../contracts/stages.ts';
import { buildDate } from '../../replica/builds/build-dates.ts';
import { expectationOf } from '../../runner/plan.ts';
import { readExpectations, readMatrix } from '../../runs/read-plan.ts';

/** The systems that `init` has a job for. */
export const ciSystems = ['github', 'gitlab', 'none'] as const;
export type CiSystem = (typeof ciSystems)[number];

/** One file of a user's project. */
export interface ProjectFile {
  /** Relative to the project. */
  path: string;
  text: string;
}

/** Where each system looks for a job, relative to the project. */
const ciFolders: Record<Exclude<CiSystem, 'none'>, string> = { github: '.github/workflows', gitlab: '.gitlab' };

const exampleFlow = 'canaries/texts-each-way.mts';

/**
 * Everything that `init` writes.
 *
 * @param libraries versions, or paths, for the matrix; the last one is the newest.
 */
export function projectFiles(libraries: readonly string[], ci: CiSystem): ProjectFile[] {
  return [
    { path: 'compat-matrix/matrix.yaml', text: matrixText(libraries) },
    { path: 'compat-matrix/policy.yaml', text: policyText() },
    { path: 'compat-matrix/expectations.yaml', text: expectationsText },
    {
      path: 'compat-matrix/nightly.yaml',
      text: readFileSync(join(packageRoot, 'compat-matrix', 'nightly.yaml'), 'utf8'),
    },
    { path: exampleFlow, text: flowText },
    ...ignoredHome(),
    ...(ci === 'none' ? [] : ciFiles(ci)),
  ];
}

/** What runs leave in the project is not committed. */
function ignoredHome(): ProjectFile[] {
  const path = relative(process.cwd(), home('.gitignore'));
  return path.startsWith('..') ? [] : [{ path, text: '*\n' }];
}

/** The file in which GitLab looks for jobs; it names ours. */
const gitlabFile = '.gitlab-ci.yml';

function ciFiles(ci: Exclude<CiSystem, 'none'>): ProjectFile[] {
  const templates = join(packageRoot, 'deploy', 'ci', ci);
  const files = globSync('*.yml', { cwd: templates }).sort();
  const jobs = files.map((file) => ({
    path: `${ciFolders[ci]}/${file}`,
    text: readFileSync(join(templates, file), 'utf8'),
  }));
  if (ci !== 'gitlab') return jobs;
  return [...jobs, { path: gitlabFile, text: jobs.map(({ path }) => `include: { local: ${path} }\n`).join('') }];
}

function matrixText(libraries: readonly string[]): string {
  const builds = judgedBuilds();
  const library = `[${libraries.join(', ')}]`;
  return `# What \`npx wwebjs-canary run\` attempts: every combination of the axes of each block is a cell. Without options it adds the version
# that this project installs and the next candidates to the versions below.
schemaVersion: 1
blocks:
  # Link, ten texts each way, files, groups, restart and restore in one attempt. The gate judges each stage as a flow of its own.
  - library: ${library}
    build:
${builds.map((build) => `      - ${build} # ${buildDate(build)?.date ?? 'not dated'}`).join('\n')}
    flow: [${stagedFlow}]

  # A scenario of your own.
  - library: ${library}
    build: [${newestWorkingBuild(builds, libraries.at(-1) as string)}]
    flow: [./${exampleFlow}]
`;
}

/** The builds on which the matrix of the package judges all stages, from old to new. */
function judgedBuilds(): string[] {
  const { blocks } = readMatrix(join(packageRoot, 'compat-matrix', 'matrix.yaml'));
  return sortBuilds(blocks.filter(({ flow }) => flow.includes(stagedFlow)).flatMap(({ build }) => build));
}

/** The newest build on which no failure of the library is expected. */
function newestWorkingBuild(builds: readonly string[], library: string): string {
  const rules = readExpectations();
  const place = {
    library,
    browser: 'current',
    flow: stagedFlow,
    condition: 'none',
    switches: {},
    target: 'replica',
  } as const;
  const works = (build: string) => expectationOf({ ...place, build }, rules)?.outcome !== 'failed';
  return builds.findLast(works) ?? (builds.at(-1) as string);
}

function policyText(): string {
  const text = readFileSync(join(packageRoot, 'compat-matrix', 'policy.yaml'), 'utf8');
  return text.replace('$schema=', '$schema=../node_modules/wwebjs-canary/compat-matrix/');
}

const expectationsText = `# What single cells are expected to do. These rules come after those of wwebjs-canary for the versions that it knows; the last rule that
# matches a cell wins, and a cell without a rule is expected to pass. A surprise in either direction ends a run with exit code 1.
#
#   - library: [1.34.7]
#     build: [2.3000.1044822804]
#     flow: [linked-device]
#     expect: { outcome: failed, code: no-ready, reason: why, link: https://example.com/issue }
schemaVersion: 1
rules: []
`;

const flowText = `// A scenario of your own: npx wwebjs-canary run --flow ./${exampleFlow}
import { flow, linkByQr } from 'wwebjs-canary';

export default flow('texts-each-way', async (context) => {
  const { client, phone } = context;
  await linkByQr(context);
  await phone.send('a question', phone.contact);
  await client.message('a question');
  await client.send(phone.contact, 'an answer');
  await phone.received('an answer');
});
`;

/** Where GitLab is in use, its job is meant. */
export function usualCi(): CiSystem {
  return existsSync(gitlabFile) ? 'gitlab' : 'github';
}
