/** The thread that one flow file of a user runs in: whatever it does, it cannot hold up the process that runs attempts. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { flowSteps } from '../session/deadlines.ts';
import type { Flow, FlowClient, FlowContext, FlowParty, FlowPhone } from './flow.ts';
import { type IsSo, untilSo } from './until-so.ts';
import type { FlowFacts, FlowHost, FlowThread, PartyName, PhoneFacts, Result } from './user-flow-protocol.ts';

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
let flow: Flow<FlowContext>;

const rpc = createBirpc<FlowHost, FlowThread>(
  {
    load: () => resultOf(load),
    run: (phone) => resultOf(async () => void (await flow.body(contextOf(phone), new AbortController().signal))),
  },
  { timeout: -1, post: (message) => port.postMessage(message), on: (listener) => port.on('message', listener) },
);

async function load(): Promise<FlowFacts> {
  const module = await import(pathToFileURL(workerData.file).href);
  const { name, body, auth, timeScale, world, platform, deadlineSeconds } = (module.default ?? {}) as Partial<Flow>;
  if (typeof name !== 'string' || typeof body !== 'function') {
    throw new TypeError('it needs a default export made with flow(name, body)');
  }
  flow = module.default as Flow<FlowContext>;
  return JSON.parse(JSON.stringify({ name, auth, timeScale, world, platform, deadlineSeconds }));
}

/** The account of each client that the flow has. */
const parties = new WeakMap<FlowClient, PartyName>();

function contextOf(phone: PhoneFacts): FlowContext {
  return {
    ...partyOf('own', phone),
    peer: async () => partyOf('peer', await unwrapped(rpc.peer())),
    network: areaOf(['network']) as FlowContext['network'],
    probe: (client) => unwrapped(rpc.probe(parties.get(client) ?? 'own')),
    wait: (seconds) => unwrapped(rpc.call(['wait'], [seconds])) as Promise<void>,
    effect,
  };
}

function partyOf(name: PartyName, phone: PhoneFacts): FlowParty {
  const client = areaOf(['client'], name) as FlowClient;
  parties.set(client, name);
  return { client, phone: areaOf(['phone'], name, phone) as FlowPhone };
}

/** A part of the context; what is at a path below it is called in the parent. @param facts fields that are no functions. */
function areaOf(path: readonly string[], party?: PartyName, facts: object = {}): unknown {
  return new Proxy((...args: unknown[]) => unwrapped(rpc.call(path, args, party)), {
    // An area is no promise.
    get: (_, key) => {
      if (typeof key !== 'string' || key === 'then') return undefined;
      return key in facts ? facts[key as keyof typeof facts] : areaOf([...path, key], party);
    },
  });
}

/** Asked here, where the question runs; what it means that it is not so, the parent says. */
async function effect<T>(what: string, isSo: IsSo<T>): Promise<T> {
  return (await untilSo(isSo, flowSteps.effect.ms)) ?? unwrapped(rpc.noEffect(what));
}

async function unwrapped<T>(asked: Promise<Result<T>>): Promise<T> {
  const result = await asked;
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
