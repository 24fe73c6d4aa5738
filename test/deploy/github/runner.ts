import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../../temporary-folder.ts';
import { type Contexts, fill, isTrue, type Progress } from './expressions.ts';
import { type Forge, knownActions } from './known-actions.ts';

interface Step {
  id?: string;
  name?: string;
  if?: string;
  run?: string;
  shell?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
  'working-directory'?: string;
  'continue-on-error'?: boolean;
}

interface Job {
  needs?: string | string[];
  if?: string;
  env?: Record<string, unknown>;
  outputs?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
  steps: Step[];
}

interface Workflow {
  env?: Record<string, unknown>;
  jobs: Record<string, Job>;
}

type Result = 'success' | 'failure' | 'skipped';

/** A step that ran, in the order of the run; those of an action follow the step that uses it. */
export interface RanStep {
  job: string;
  name: string;
  /** Exit code of a script; 0 or 1 of an action. */
  code: number;
  log: string;
}

export interface RanWorkflow {
  results: Record<string, Result>;
  outputs: Record<string, Record<string, string>>;
  steps: RanStep[];
  /** What the steps wrote to GITHUB_STEP_SUMMARY. */
  summary: string;
  /** What the steps wrote to their logs. */
  log: string;
}

/** How a workflow was started. */
export interface Trigger {
  forge: Forge;
  event: 'pull_request' | 'schedule' | 'workflow_dispatch' | 'push' | 'release';
  /** The branch or tag that is checked out. */
  ref: string;
  payload?: object;
  inputs?: Record<string, string>;
  secrets?: Record<string, string>;
  vars?: Record<string, string>;
  /** Added to the environment of every step. */
  env?: Record<string, string>;
  /** Only this job, as if those before it had succeeded with these outputs. */
  only?: { job: string; needs?: Record<string, { result: Result; outputs?: Record<string, string> }> };
}

/** Makes the folders that stand for the servers of GitHub. */
export function makeForge(repository: string): Forge {
  const folder = temporaryFolder();
  const forge = { repository, artifacts: join(folder, 'artifacts'), caches: join(folder, 'caches') };
  mkdirSync(forge.artifacts);
  mkdirSync(forge.caches);
  return forge;
}

/**
 * Runs a workflow as the runner of GitHub does: jobs one after another, each in an empty workspace; scripts in bash with the files and
 * variables that a runner provides; expressions by GitHub's own evaluator; actions in the workspace from their action.yml.
 */
export async function runWorkflow(file: string, trigger: Trigger): Promise<RanWorkflow> {
  const workflow = parse(readFileSync(file, 'utf8')) as Workflow;
  const ran: RanWorkflow = { results: {}, outputs: {}, steps: [], summary: '', log: '' };
  for (const [name, { result, outputs = {} }] of Object.entries(trigger.only?.needs ?? {})) {
    ran.results[name] = result;
    ran.outputs[name] = outputs;
  }
  const { only } = trigger;
  const names = Object.keys(workflow.jobs).filter((name) => only === undefined || name === only.job);
  for (const name of names) await runJob(name, workflow, trigger, ran);
  return ran;
}

async function runJob(name: string, workflow: Workflow, trigger: Trigger, ran: RanWorkflow): Promise<void> {
  const job = workflow.jobs[name] as Job;
  const needs = [job.needs ?? []].flat();
  const contexts = {
    github: githubContext(trigger),
    inputs: trigger.inputs ?? {},
    secrets: trigger.secrets ?? {},
    vars: trigger.vars ?? {},
    needs: Object.fromEntries(needs.map((one) => [one, { result: ran.results[one], outputs: ran.outputs[one] ?? {} }])),
  };
  const failed = needs.some((one) => ran.results[one] !== 'success');
  const before = { failed, cancelled: false, workspace: '.' };
  ran.outputs[name] = {};
  if (!isTrue(job.if, contexts, before)) {
    ran.results[name] = 'skipped';
    return;
  }
  ran.results[name] = 'success';
  for (const matrix of combinations(job.strategy?.matrix ?? {})) {
    const running = new RunningJob(name, { ...contexts, matrix }, trigger, ran);
    running.setEnvironment({ ...workflow.env, ...job.env });
    await running.runSteps(job.steps, { inputs: contexts.inputs, folder: running.workspace, actionPath: null });
    if (running.progress.failed) ran.results[name] = 'failure';
    for (const [key, text] of Object.entries(job.outputs ?? {}))
      (ran.outputs[name] as Record<string, string>)[key] = fill(text, running.contexts(), running.progress);
  }
}

function githubContext({ event, ref, payload = {} }: Trigger): Record<string, unknown> {
  return {
    event_name: event,
    event: payload,
    ref: `refs/heads/${ref}`,
    ref_name: ref,
    repository: 'example/bot',
    repository_owner: 'example',
    run_id: String(Math.floor(Math.random() * 1e9)),
    run_attempt: '1',
    workflow: 'workflow',
    token: 'the-token',
    actor: 'a-person',
    sha: '0'.repeat(40),
  };
}

function combinations(matrix: Record<string, unknown[]>): Record<string, unknown>[] {
  return Object.entries(matrix).reduce<Record<string, unknown>[]>(
    (all, [key, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

/** The steps of a workflow job or of a composite action, and where they run. */
interface Scope {
  inputs: Record<string, unknown>;
  folder: string;
  /** Null for the steps of the job itself. */
  actionPath: string | null;
}

class RunningJob {
  readonly workspace = temporaryFolder();
  readonly progress: Progress = { failed: false, cancelled: false, workspace: this.workspace };
  readonly #files = temporaryFolder();
  readonly #job: string;
  readonly #contexts: Contexts;
  readonly #trigger: Trigger;
  readonly #ran: RanWorkflow;
  readonly #environment: Record<string, string> = {};
  readonly #path: string[] = [];
  #steps: Record<string, { outputs: Record<string, string>; outcome: string; conclusion: string }> = {};
  #scripts = 0;

  constructor(job: string, contexts: Contexts, trigger: Trigger, ran: RanWorkflow) {
    this.#job = job;
    this.#contexts = contexts;
    this.#trigger = trigger;
    this.#ran = ran;
  }

  contexts(scope?: Scope): Contexts {
    const github = this.#contexts.github as object;
    return {
      ...this.#contexts,
      ...(scope && { inputs: scope.inputs }),
      github: { ...github, workspace: this.workspace, action_path: scope?.actionPath ?? '' },
      steps: this.#steps,
      env: this.#environment,
      runner: { os: 'Linux', arch: 'X64', temp: this.#files },
    };
  }

  setEnvironment(env: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(env))
      this.#environment[name] = fill(String(value), this.contexts(), this.progress);
  }

  async runSteps(steps: readonly Step[], scope: Scope): Promise<void> {
    for (const step of steps) {
      if (!isTrue(step.if, this.contexts(scope), this.progress)) {
        if (step.id) this.#steps[step.id] = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' };
        continue;
      }
      const name = step.name ?? step.uses ?? step.run?.split('\n')[0] ?? '';
      const ran: RanStep = { job: this.#job, name, code: 0, log: '' };
      this.#ran.steps.push(ran);
      const outputs = await this.#runStep(step, scope, ran);
      this.#ran.log += ran.log;
      const outcome = ran.code === 0 ? 'success' : 'failure';
      const conclusion = step['continue-on-error'] ? 'success' : outcome;
      if (step.id) this.#steps[step.id] = { outputs, outcome, conclusion };
      if (conclusion === 'failure') this.progress.failed = true;
    }
  }

  async #runStep(step: Step, scope: Scope, ran: RanStep): Promise<Record<string, string>> {
    const text = (value: unknown) => fill(String(value ?? ''), this.contexts(scope), this.progress);
    const env = mapped(step.env ?? {}, text);
    if (step.run !== undefined) return this.#runScript(step, text(step.run), env, scope, ran);
    const given = mapped(step.with ?? {}, text);
    const uses = step.uses ?? '';
    if (uses.startsWith('./')) return this.#runAction(resolve(this.workspace, uses), given, ran);
    const [, action = ''] = /^([^@]+)@/.exec(uses) ?? [];
    const known = knownActions[action];
    if (!known) throw new Error(`the runner of this test does not know the action ${uses}`);
    try {
      const { forge, ref } = this.#trigger;
      return known({ inputs: given, workspace: this.workspace, ref, forge });
    } catch (error) {
      ran.code = 1;
      ran.log = String(error);
      return {};
    }
  }

  async #runAction(folder: string, given: Record<string, string>, ran: RanStep): Promise<Record<string, string>> {
    const action = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as {
      inputs: Record<string, { default?: string }>;
      outputs: Record<string, { value: string }>;
      runs: { steps: Step[] };
    };
    const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
    if (unknown.length > 0) throw new Error(`${folder}/action.yml has no input ${unknown.join(', ')}`);
    const defaults = mapped(action.inputs, (input) =>
      fill(String((input as { default?: string }).default ?? ''), this.contexts(), this.progress),
    );
    const scope: Scope = { inputs: { ...defaults, ...given }, folder: this.workspace, actionPath: folder };
    const outer = { steps: this.#steps, failed: this.progress.failed };
    this.#steps = {};
    this.progress.failed = false;
    await this.runSteps(action.runs.steps, scope);
    const outputs = mapped(action.outputs, (output) =>
      fill((output as { value: string }).value, this.contexts(scope), this.progress),
    );
    ran.code = this.progress.failed ? 1 : 0;
    this.#steps = outer.steps;
    this.progress.failed = outer.failed;
    return outputs;
  }

  async #runScript(
    { shell, 'working-directory': cwd = '.' }: Step,
    script: string,
    env: Record<string, string>,
    scope: Scope,
    ran: RanStep,
  ): Promise<Record<string, string>> {
    this.#scripts += 1;
    const file = (name: string) => {
      const path = join(this.#files, `${this.#scripts}-${name}`);
      writeFileSync(path, '');
      return path;
    };
    const files = {
      GITHUB_OUTPUT: file('output'),
      GITHUB_ENV: file('env'),
      GITHUB_PATH: file('path'),
      GITHUB_STEP_SUMMARY: file('summary'),
    };
    const scriptFile = file('script.sh');
    writeFileSync(scriptFile, script);
    const folder = resolve(scope.folder, fill(cwd, this.contexts(scope), this.progress));
    const options = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
    const child = spawn('bash', [...options, scriptFile], {
      cwd: folder,
      env: { ...this.#variables(scope), ...files, ...this.#environment, ...env, ...this.#trigger.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        ran.log += text;
      });
    const [code] = (await once(child, 'close')) as [number | null];
    ran.code = code ?? 1;
    this.#ran.summary += readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8');
    Object.assign(this.#environment, pairs(files.GITHUB_ENV));
    this.#path.unshift(...readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter(Boolean));
    return pairs(files.GITHUB_OUTPUT);
  }

  /** What a runner sets for every step. Nothing else of this process reaches it but PATH and what finds the registry. */
  #variables({ actionPath }: Scope): Record<string, string> {
    const { event, ref, payload = {} } = this.#trigger;
    const eventFile = join(this.#files, 'event.json');
    if (!existsSync(eventFile)) writeFileSync(eventFile, JSON.stringify(payload));
    const kept = Object.entries(process.env).filter(([name]) =>
      /^(?:HOME|LANG|npm_config_.*|NODE_EXTRA_CA_CERTS)$/i.test(name),
    );
    return {
      ...(Object.fromEntries(kept) as Record<string, string>),
      PATH: [...this.#path, process.env.PATH].join(delimiter),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: this.workspace,
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_REPOSITORY: 'example/bot',
      GITHUB_REF_NAME: ref,
      GITHUB_SERVER_URL: 'https://github.com',
      RUNNER_OS: 'Linux',
      RUNNER_ARCH: 'X64',
      RUNNER_TEMP: this.#files,
      ...(actionPath !== null && { GITHUB_ACTION_PATH: actionPath }),
    };
  }
}

function mapped(values: Readonly<Record<string, unknown>>, map: (value: unknown) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

/** Lines `name=value`, and `name<<END` with the lines up to END. */
function pairs(file: string): Record<string, string> {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/^([^=<\n]+)(?:=(.*)|<<(.+)\n([\s\S]*?)\n\3)$/gm);
  return Object.fromEntries([...found].map(([, name = '', value, , long]) => [name, value ?? long ?? '']));
}
