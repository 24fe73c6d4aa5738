import { dirname, extname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { z } from 'zod';
import { InputError } from '../contracts/input-error.ts';
import { platforms } from '../contracts/phone-control.ts';
import { Late, within } from '../contracts/within.ts';
import { worldSchema } from '../contracts/world-file.ts';
import { messageOf } from './classify.ts';
import { noEffect } from './finding.ts';
import type { Flow, FlowContext, FlowParty, FlowPhone } from './flow.ts';
import type { FlowHost, FlowThread, PhoneFacts, Result } from './user-flow-protocol.ts';

const threadFile = new URL(`./user-flow-thread${extname(import.meta.url)}`, import.meta.url);
const loadMs = 5_000;

const factsSchema = z.strictObject({
  name: z.string().min(1),
  auth: z.string().optional(),
  timeScale: z.number().positive().optional(),
  platform: z.enum(platforms).optional(),
  deadlineSeconds: z.number().positive().optional(),
  world: worldSchema.optional(),
});

/**
 * A flow from a file of the user, which runs in a separate thread: one that never lets go of its processor can be ended
 * like any other.
 *
 * @throws InputError when the file cannot be loaded, takes longer than 5 s for that, or defines no flow.
 */
export async function loadUserFlow(spec: string, file: string): Promise<Flow> {
  const { thread, ended, end } = startThread(file, () => ({}));
  try {
    const { auth, ...facts } = factsSchema.parse(
      unwrap(await within(loadMs, () => Promise.race([thread.load(), ended]))),
    );
    const body = (context: FlowContext, over: AbortSignal) => runInThread(file, context, over);
    return { ...facts, auth: auth && resolve(dirname(file), auth), body };
  } catch (error) {
    const late = error instanceof Late ? `it did not load within ${loadMs / 1000} s` : null;
    const why = late ?? (error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error));
    throw new InputError(`--flow ${spec}: ${file} cannot be loaded: ${why}`);
  } finally {
    end();
  }
}

async function runInThread(file: string, context: FlowContext, over: AbortSignal): Promise<void> {
  const thrown: unknown[] = [];
  const { thread, ended, end } = startThread(file, () => ({ context, thrown }));
  over.addEventListener('abort', end);
  try {
    await Promise.race([thread.load(), ended]);
    const result = await Promise.race([thread.run(factsOf(context.phone)), ended]);
    if (!result.ok && result.thrown !== undefined) throw thrown[result.thrown];
    unwrap(result);
  } finally {
    end();
  }
}

interface Running {
  context?: FlowContext;
  /** What the context threw, by the numbers that the thread knows. */
  thrown?: unknown[];
}

function startThread(file: string, running: () => Running) {
  const worker = new Worker(threadFile, { workerData: { file }, execArgv: [], stdout: true });
  // Standard output belongs to the results of the command.
  worker.stdout.pipe(process.stderr, { end: false });
  const thread = createBirpc<FlowThread, FlowHost>(hostOf(running), {
    timeout: -1,
    post: (message) => worker.postMessage(message),
    on: (listener) => worker.on('message', listener),
  });
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the flow ended its own thread (code ${code})`)));
  });
  ended.catch(() => {});
  return { thread, ended, end: () => void worker.terminate() };
}

/** What the thread may ask, answered by the context of the attempt. */
function hostOf(running: () => Running): FlowHost {
  async function answer<T>(work: (context: FlowContext) => Promise<T>): Promise<Result<T>> {
    const { context, thrown } = running();
    if (!context || !thrown) return { ok: false, message: 'the attempt has not begun' };
    try {
      return { ok: true, value: await work(context) };
    } catch (error) {
      return { ok: false, message: messageOf(error), thrown: thrown.push(error) - 1 };
    }
  }
  return {
    call: (path, args, party) =>
      answer(async (context) => call(party === 'peer' ? await context.peer() : context, path, args)),
    peer: () => answer(async (context) => factsOf((await context.peer()).phone)),
    probe: (party) =>
      answer(async (context) => {
        const { client, phone } = party === 'peer' ? await context.peer() : context;
        await context.probe(client, phone);
      }),
    noEffect: (what) => answer(() => Promise.reject(noEffect(what))),
  };
}

const factsOf = ({ number, contact }: FlowPhone): PhoneFacts => ({ number, contact });

/** @throws TypeError when there is no function at the path. */
function call(root: FlowParty, path: readonly string[], args: unknown[]): unknown {
  let owner: unknown;
  let found: unknown = root;
  for (const name of path) {
    owner = found;
    found = (owner as Record<string, unknown> | undefined)?.[name];
  }
  if (typeof found !== 'function') throw new TypeError(`${path.join('.')} is not a function`);
  return Reflect.apply(found, owner, args);
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const error = new Error(result.message);
  if (result.stack) error.stack = result.stack;
  throw error;
}
