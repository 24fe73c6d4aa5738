import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/contracts/home.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

interface Ended {
  code: number | null;
  output: string;
}

interface GitlabJob {
  variables: Record<string, string>;
  before_script: string[];
  script: string[];
}

/** Runs gitlab-ci-local in a project: it checks the pipeline with the schema of GitLab. Its job execution needs rsync, so it is not used. */
export function gitlab(
  folder: string,
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<Ended> {
  const program = join(packageRoot, 'node_modules', 'gitlab-ci-local', 'dist', 'index.js');
  const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
  const env = { ...process.env, HOME: temporaryFolder(), NO_COLOR: '1', FORCE_COLOR: '0' };
  return run(process.execPath, [program, ...args, ...given], folder, env);
}

/** Runs the scripts of a job in bash as a runner of GitLab does, with everything that it extends. */
export async function runGitlabJob(folder: string, name: string, variables: Record<string, string>): Promise<Ended> {
  const { output } = await gitlab(folder, ['--preview']);
  const job = (parse(output.slice(output.indexOf('---\n'))) as Record<string, GitlabJob>)[name] as GitlabJob;
  const predefined = { CI: 'true', GITLAB_CI: 'true', CI_PROJECT_DIR: folder };
  const own = Object.entries(job.variables).map(([key, value]) => [key, value.replace('$CI_PROJECT_DIR', folder)]);
  const kept = Object.entries(process.env).filter(([key]) =>
    /^(?:HOME|LANG|npm_config_.*|NODE_EXTRA_CA_CERTS)$/i.test(key),
  );
  const env = { ...Object.fromEntries([...kept, ...own]), ...predefined, ...variables };
  return run('bash', ['-eo', 'pipefail', '-c', [...job.before_script, ...job.script].join('\n')], folder, env);
}

async function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
