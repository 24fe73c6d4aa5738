import { dirname, extname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { z } from 'zod';
import { InputError } from '../contracts/input-error.ts';
import { platforms } from '../contracts/phone-control.ts';
import { Late, within } from '../contracts/within.ts';
import { messageOf } from './classify.ts';
import { noEffect } from './finding.ts';
import type { Flow, FlowContext } from './flow.ts';
import type { FlowHost, FlowThread, Result } from './user-flow-protocol.ts';

const threadFile = new URL(`./user-flow-thread${extname(import.meta.url)}`, import.meta.url);
const loadMs = 5_000;

const factsSchema = z.strictObject({
  name: z.string().min(1),
  auth: z.string().optional(),
  timeScale: z.number().positive().optional(),
  platform: z.enum(platforms).optional(),
  deadlineSeconds: z.number().positive().optional(),
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
  const { number, contact } = context.phone;
  try {
    await Promise.race([thread.load(), ended]);
    const result = await Promise.race([thread.run({ phone: { number, contact } }), ended]);
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
  const thread = createBirpc<FlowThread, FlowHost>(
    { call: (...request) => callContext(running(), ...request) },
    {
      timeout: -1,
      post: (message) => worker.postMessage(message),
      on: (listener) => worker.on('message', listener),
    },
  );
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the flow ended its own thread (code ${code})`)));
  });
  ended.catch(() => {});
  return { thread, ended, end: () => void worker.terminate() };
}

async function callContext(
  { context, thrown }: Running,
  part: string,
  method: string,
  args: unknown[],
): Promise<Result<unknown>> {
  if (!context || !thrown) return { ok: false, message: 'the attempt has not begun' };
  try {
    if (part === '' && method === 'probe')
      return { ok: true, value: await context.probe(context.client, context.phone) };
    if (part === '' && method === 'noEffect') throw noEffect(String(args[0]));
    const owner = (part === '' ? context : context[part as keyof FlowContext]) as unknown as Record<string, unknown>;
    const work = owner[method];
    if (typeof work !== 'function') throw new TypeError(`${part}.${method} is not a function`);
    return { ok: true, value: await work.apply(owner, args) };
  } catch (error) {
    return { ok: false, message: messageOf(error), thrown: thrown.push(error) - 1 };
  }
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const error = new Error(result.message);
  if (result.stack) error.stack = result.stack;
  throw error;
}
