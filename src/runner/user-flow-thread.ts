/** The thread that one flow file of a user runs in: whatever it does, it cannot hold up the process that runs attempts. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { flowSteps } from '../session/deadlines.ts';
import type { Flow, FlowContext } from './flow.ts';
import { type IsSo, untilSo } from './until-so.ts';
import type { FlowFacts, FlowHost, FlowThread, Result } from './user-flow-protocol.ts';

/** `wwebjs-canary` is src/index, `wwebjs-canary/vitest` src/vitest, as `exports` of package.json says. */
const ownName = /^wwebjs-canary(?:\/(\w+))?$/;

// The file can be anywhere: what it imports under the name of this package is found all the same.
registerHooks({
  resolve(specifier, context, next) {
    const [isOwn, face = 'index'] = ownName.exec(specifier) ?? [];
    if (isOwn === undefined) return next(specifier, context);
    return { url: new URL(`../${face}${extname(import.meta.url)}`, import.meta.url).href, shortCircuit: true };
  },
});

/** An error that the parent threw, and keeps under this number. */
class Passed extends Error {
  readonly thrown: number;
  constructor(message: string, thrown: number) {
    super(message);
    this.thrown = thrown;
  }
}

const port = parentPort as MessagePort;
let flow: Flow;

const rpc = createBirpc<FlowHost, FlowThread>(
  {
    load: () => resultOf(load),
    run: (facts) => resultOf(async () => void (await flow.body(contextOf(facts), new AbortController().signal))),
  },
  { timeout: -1, post: (message) => port.postMessage(message), on: (listener) => port.on('message', listener) },
);

async function load(): Promise<FlowFacts> {
  const module = await import(pathToFileURL(workerData.file).href);
  const { name, body, auth, timeScale, platform, deadlineSeconds } = (module.default ?? {}) as Partial<Flow>;
  if (typeof name !== 'string' || typeof body !== 'function') {
    throw new TypeError('it needs a default export made with flow(name, body)');
  }
  flow = module.default as Flow;
  return JSON.parse(JSON.stringify({ name, auth, timeScale, platform, deadlineSeconds }));
}

function contextOf(facts: Record<string, Record<string, string>>): FlowContext {
  const part = (name: string) =>
    new Proxy(facts[name] ?? {}, {
      get: (fields, key) => fields[String(key)] ?? ((...args: unknown[]) => call(name, String(key), args)),
    });
  return {
    client: part('client'),
    phone: part('phone'),
    network: part('network'),
    probe: () => call('', 'probe', []),
    wait: (seconds: number) => call('', 'wait', [seconds]),
    trials: {
      listed: () => call('trials', 'listed', []),
      run: () => Promise.reject(new TypeError('trials.run() is not for flow files of users')),
      leaveOut: (methods: readonly string[]) => void call('trials', 'leaveOut', [methods]),
      end: () => {},
    },
    effect,
  } as unknown as FlowContext;
}

/** Asked here, where the question runs; what it means that it is not so, the parent says. */
async function effect(what: string, isSo: IsSo<unknown>): Promise<unknown> {
  return (await untilSo(isSo, flowSteps.effect.ms)) ?? call('', 'noEffect', [what]);
}

async function call(part: string, method: string, args: unknown[]): Promise<unknown> {
  const result = await rpc.call(part, method, args);
  if (result.ok) return result.value;
  throw new Passed(result.message, result.thrown as number);
}

async function resultOf<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof Passed) return { ok: false, message: error.message, thrown: error.thrown };
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, message: placed(error) ?? message, ...(stack && { stack }) };
  }
}

/** For a syntax error the place that Node puts in front of the stack. */
function placed(error: unknown): string | undefined {
  return error instanceof SyntaxError ? error.stack?.split('\n    at ')[0]?.trim() : undefined;
}
