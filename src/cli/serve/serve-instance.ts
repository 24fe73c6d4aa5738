import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { ensureBrowser } from '../../browser/ensure-browser.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { isLoopback } from '../../contracts/is-loopback.ts';
import { listenError } from '../../contracts/listen-error.ts';
import type { RequestLimits } from '../../service/http/admission.ts';
import { ApiKeys } from '../../service/http/keys/api-keys.ts';
import { createServer } from '../../service/http/server.ts';
import { Service } from '../../service/instance/service.ts';
import type { LogLine } from '../../service/log-line.ts';
import { loggableText } from '../../service/loggable.ts';
import { openVault } from '../../service/profiles/open-vault.ts';
import { readRolloutRules } from '../../service/rollouts/rollout-rules.ts';
import { sealKeys } from '../../service/seal-keys.ts';
import { LibraryHosts } from '../../service/sessions/library-host.ts';
import type { ServiceTables } from '../../service/tables.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { openStore } from '../../store/open-store.ts';
import { readEvents } from '../../surface/extract/type-definitions.ts';
import { openTracing } from '../../telemetry/tracing.ts';
import { findReplica } from './open-replica.ts';

/** Time for answers in flight once the sessions are closed. */
const lastAnswersMs = 1_000;

export interface ServeOptions {
  host: string;
  port: number;
  /** Where other instances reach this one; found out when left out. */
  advertise?: string;
  /** Address as `openDatabase` takes it. */
  database: string;
  library: string;
  browser: string;
  slots: number;
  /** The most sessions that this instance runs; no limit when left out. */
  maxSessions?: number;
  /** How many hosts of each version in use wait for a session. */
  warmHosts: number;
  /** How many sessions of one version and workspace share a host. */
  sessionsPerHost: number;
  /** How many of its sessions move to other instances at the same time. */
  moveAtOnce: number;
  /** How many sessions a minute all instances move to even out their numbers; 0 for none. */
  rebalancePerMinute: number;
  /** The replica to use, as `findReplica` takes it; null for the live site. */
  replica: string | null;
  /** Address of the profile store shared by machines; null keeps profiles on this machine. */
  profiles: string | null;
  /** True when webhooks may reach private addresses. */
  allowPrivateWebhooks: boolean;
  /** True when proxies of accounts may be in private networks. */
  allowPrivateProxies: boolean;
  /** How long events of the library are kept for streams, in milliseconds. */
  eventsWindow: number;
  limits: RequestLimits;
  /** Addresses or networks of reverse proxies whose `X-Forwarded-For` names the caller. */
  trustedProxies: readonly string[];
  /** How many sessions `/metrics` shows one by one. */
  sessionDetail: number;
  /** Milliseconds between two judgements of the rollout in progress; null leaves it to people. */
  judgeEvery: number | null;
  /** Files of the gate's policy and of the rollout plan. */
  policy: string;
  rolloutPlan: string;
  version: string;
  /** Aborted by a signal before the start is complete, which then begins nothing more. */
  signal: AbortSignal;
  log(line: LogLine): void;
}

export interface ServedInstance {
  url: string;
  /** Phone control of the replica, if there is one. */
  phoneUrl: string | null;
  /** Graceful shutdown, within 20 seconds. */
  stop(): Promise<void>;
}

/**
 * Starts one instance of the service with its HTTP face.
 *
 * @throws InputError when it would be open to the network without an API key, or a file is wrong; TroubleError when the port or
 * database cannot be used; the reason of an abort.
 */
export async function serveInstance(options: ServeOptions): Promise<ServedInstance> {
  const { host, port, log, signal } = options;
  const rolloutRules = readRolloutRules(options.policy, options.rolloutPlan);
  const openReplica = options.replica === null ? null : await findReplica(options.replica);
  if (!isLoopback(host)) await requireKey(options);
  const vault = options.profiles === null ? null : openVault(options.profiles, process.env);
  // The console reads from the store of the canaries in this home, and a question migrates nothing.
  if (existsSync(home('store.sqlite'))) await (await openStore()).close();
  const keys = sealKeys(process.env, home('seal.key'));
  const say = (message: string) => log({ event: 'set-up', message });
  const tracing = await openTracing(process.env, {
    version: options.version,
    onTrouble: (message) => log({ event: 'tracing-trouble', message: loggableText(message) }),
  });
  signal.throwIfAborted();
  const browser = await ensureBrowser(options.browser, say);
  signal.throwIfAborted();
  const replica = openReplica && (await openReplica());
  const { warmHosts: warm, sessionsPerHost } = options;
  const hosts = new LibraryHosts({ browser, browserArgs: replica?.chromiumArgs ?? [], say, warm, sessionsPerHost });
  const folder = home(replica ? 'replica-sessions' : 'sessions');
  let app: FastifyInstance | undefined;
  const listen = async (service: Service) => {
    signal.throwIfAborted();
    app = createServer({
      service,
      version: options.version,
      open: isLoopback(host),
      limits: options.limits,
      trustedProxies: options.trustedProxies,
      onTrouble: (request, problem, count) =>
        log({
          event: 'trouble',
          request,
          code: problem.code,
          ...(count > 1 && { count }),
          message: loggableText(String(problem.cause ?? problem.message)),
          ...(problem.explained && { cause: loggableText(problem.explained.message) }),
        }),
      onWrite: (write) => log({ event: 'write', ...write }),
      onRejectedKeys: (rejected) => log({ event: 'key-rejected', ...rejected }),
    });
    await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      throw listenError({ host, port }, error);
    });
    return options.advertise ?? advertised(app);
  };
  const serviceOptions = {
    ...options,
    judgeEveryMs: options.judgeEvery,
    rolloutRules,
    folder,
    openHost: hosts.open,
    hosts,
    prepareLibrary: (version: string) => hosts.prepare(version),
    eventsOf: async (version: string) => readEvents(await hosts.folderOf(version)),
    eventsWindowMs: options.eventsWindow,
    vault,
    sealKeys: keys(),
    tracing,
  };
  try {
    const service = await Service.start(serviceOptions, listen);
    hosts.keepWarm(options.library);
    return {
      url: urlOf(app as FastifyInstance),
      phoneUrl: replica?.phoneUrl ?? null,
      async stop() {
        // Answers requests while sessions close, so that a load balancer reads `stopping` at /readyz.
        await service.stop(() => endAnswers(app as FastifyInstance));
        await replica?.close();
        await tracing.close();
      },
    };
  } catch (error) {
    await app?.close();
    await replica?.close();
    throw error;
  }
}

/** Where other machines reach an instance that listens on all addresses: by the first one that is not its own loopback. */
function advertised(app: FastifyInstance): string {
  const { address, port } = app.server.address() as AddressInfo;
  if (address !== '0.0.0.0' && address !== '::') return urlOf(app);
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.find(({ internal, family }) => !internal && family === 'IPv4');
  return `http://${outer?.address ?? '127.0.0.1'}:${port}`;
}

function urlOf({ server }: FastifyInstance): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Closes the port and waits for answers in flight, but not for one that the client does not read. */
async function endAnswers(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), lastAnswersMs);
  await app.close();
  clearTimeout(cut);
}

/** Checked before anything is started: an instance that may not listen must not claim sessions either. */
async function requireKey({ host, database: address }: ServeOptions): Promise<void> {
  const database = await openDatabase<ServiceTables>(address);
  const has = await new ApiKeys(database).any().finally(() => database.close());
  if (has) return;
  throw new InputError(
    `--host ${host}: all who reach this address could link and use accounts, and there is no API key yet; make one with \`wwebjs-canary serve add-key NAME --scope admin\` and the same --database, or leave --host at 127.0.0.1`,
  );
}
