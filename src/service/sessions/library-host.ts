import { join } from 'node:path';
import type { Browser } from '../../browser/ensure-browser.ts';
import type { ClientSpec } from '../../contracts/host.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import type { HostOrigin } from '../../contracts/service-states.ts';
import { within } from '../../contracts/within.ts';
import { Host } from '../../host/host.ts';
import { HostProcess } from '../../host/host-process.ts';
import { ensureLibrary, type InstalledLibrary } from '../../library/ensure-library.ts';
import type { SessionId, WorkspaceId } from '../session-ids.ts';
import {
  type HostObserver,
  LibraryFailed,
  type OpenSessionHost,
  type SessionHost,
  type SessionHostSpec,
  type SessionHosts,
} from './session-host.ts';
import { isUnchanged, type LoadedProcess, loadMs, type Pace, stampOf, WarmHosts } from './warm-hosts.ts';

/** From the start of a session until its host gives memory back: most sessions are connected by then. */
const firstRestMs = 20_000;
const restEveryMs = 600_000;

export interface LibraryHostsOptions {
  browser: Browser;
  /** Flags in addition to the browser's own: those of a replica. */
  browserArgs: readonly string[];
  /** Called with every installation. */
  say?(line: string): void;
  /** How many hosts of each version in use wait for a session; none by default. */
  warm?: number;
  /** How many sessions of one version and workspace share a host; by default each has its own. */
  sessionsPerHost?: number;
  pace?: Partial<Pace>;
}

/** A host that several sessions of one version and workspace share. */
interface SharedProcess extends LoadedProcess {
  version: string;
  workspace: WorkspaceId;
}

/** The host that a session gets, and where from. */
interface Claimed {
  from: HostOrigin;
  loaded: LoadedProcess;
}

/** Hosts for production: each runs one real library, with a real browser for each session. */
export class LibraryHosts implements SessionHosts {
  readonly #options: LibraryHostsOptions;
  readonly #sessionsPerHost: number;
  readonly #warm: WarmHosts | null;
  readonly #shared = new Set<SharedProcess>();
  /** Sessions whose host died with others in it, of which one may be why. Until it has ended in another way, each has a host of its own. */
  readonly #isolated = new Set<SessionId>();
  #observer: HostObserver | null = null;

  constructor(options: LibraryHostsOptions) {
    this.#options = options;
    const { warm = 0, sessionsPerHost = 1, pace } = options;
    this.#sessionsPerHost = sessionsPerHost;
    const install = (version: string) => this.#install(version);
    this.#warm = warm > 0 ? new WarmHosts({ count: warm, sessionsPerHost, install, ...(pace && { pace }) }) : null;
  }

  get waiting(): ReadonlyMap<string, number> {
    return this.#warm?.waiting ?? new Map();
  }

  watch(observer: HostObserver): void {
    this.#observer = observer;
  }

  /** Installs a version unless it is there. */
  async prepare(version: string): Promise<void> {
    await this.#install(version);
  }

  /** The folder of the package of a version, which is installed unless it is there. */
  async folderOf(version: string): Promise<string> {
    return (await this.#install(version)).packageDir;
  }

  /** Hosts of a version wait until `stop`, whether a session uses it or not. */
  keepWarm(version: string): void {
    this.#warm?.use(version);
  }

  stop(): void {
    this.#warm?.stop();
  }

  readonly open: OpenSessionHost = async (spec) => {
    const { library: version, restMs, signal, onSeen } = spec;
    const { packageDir, version: installed, host } = await this.#begin(spec);
    host.exited.then((exit) => onSeen({ at: Date.now(), type: 'host:exited', detail: exit }));
    const opened = sessionHost(host, packageDir);
    opened.liveFor(restMs());
    signal.addEventListener('abort', () => void host.kill());
    const loading = within(loadMs, () => host.calls.load(packageDir));
    // Sent at once: the host does one after the other.
    const starting = host.calls.start(this.#clientOf(spec));
    starting.catch(() => {});
    try {
      const { version: loaded } = await loading;
      onSeen({ at: Date.now(), type: 'library:loaded', detail: { installed, loaded } });
    } catch (error) {
      await host.kill();
      throw new LibraryFailed(`whatsapp-web.js ${version} cannot be loaded`, { cause: error });
    }
    await starting;
    return opened;
  };

  /** @throws LibraryFailed when the version cannot be installed, and the reason of an abort. */
  async #begin(spec: SessionHostSpec): Promise<InstalledLibrary & { host: Host }> {
    const { library: version, folder, signal, onSeen } = spec;
    const release = this.#warm?.use(version) ?? (() => {});
    try {
      signal.throwIfAborted();
      const work = join(folder, 'work');
      makeFolder(work, 0o700);
      // From the claim of a host until the session is in it, nothing else runs: another session could claim it too.
      const found = this.#find(spec);
      const installed = found?.loaded.library ?? (await this.#install(version));
      if (!found) signal.throwIfAborted();
      const { from, loaded } = found ?? this.#find(spec) ?? this.#make(spec, installed);
      const host = new Host({ folder: work, env: this.#options.browser.env, onSeen, process: loaded.process });
      this.#observer?.claimed(version, from);
      restNowAndThen(host);
      host.exited.then(({ sessions }) => {
        release();
        this.#ended(spec, host, sessions ?? 1);
      });
      return { ...loaded.library, host };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A host with the library in memory: one to share that has room, or one that waits. */
  #find({ library: version, lease: { ids } }: SessionHostSpec): Claimed | null {
    if (this.#isolated.has(ids.session)) return null;
    for (const shared of this.#shared) {
      const { process, workspace } = shared;
      const hasRoom = process.sessions < process.mostSessions && !process.isOver;
      if (shared.version === version && workspace === ids.workspace && hasRoom && isUnchanged(version, shared))
        return { from: 'shared', loaded: shared };
    }
    const waited = this.#warm?.take(version) ?? null;
    if (waited && this.#sessionsPerHost > 1) this.#share({ ...waited, version, workspace: ids.workspace });
    return waited && { from: 'warm', loaded: waited };
  }

  #make({ library: version, lease: { ids } }: SessionHostSpec, library: InstalledLibrary): Claimed {
    const mostSessions = this.#isolated.has(ids.session) ? 1 : this.#sessionsPerHost;
    const loaded = { process: new HostProcess(null, mostSessions), library, stamp: stampOf(version, library) };
    if (mostSessions > 1) this.#share({ ...loaded, version, workspace: ids.workspace });
    return { from: 'cold', loaded };
  }

  #share(shared: SharedProcess): void {
    this.#shared.add(shared);
    shared.process.exited.then(({ sessions = 1 }) => {
      this.#shared.delete(shared);
      if (shared.process.died) this.#observer?.died(shared.version, sessions);
    });
  }

  #ended({ library: version, lease: { ids } }: SessionHostSpec, host: Host, together: number): void {
    const isAlone = host.process.mostSessions === 1;
    if (isAlone && host.process.died) this.#observer?.died(version, 1);
    else if (together > 1) this.#isolated.add(ids.session);
    else this.#isolated.delete(ids.session);
    // What an error of one session left behind in memory is none of a session that comes later.
    if (host.endedByError)
      for (const shared of this.#shared) if (shared.process === host.process) this.#shared.delete(shared);
  }

  async #install(version: string): Promise<InstalledLibrary> {
    const { say = () => {} } = this.#options;
    return ensureLibrary(version, say).catch((error) => {
      throw new LibraryFailed(`whatsapp-web.js ${version} cannot be installed: ${error.message}`, { cause: error });
    });
  }

  #clientOf({ folder, pairWith, browserArgs: own = [] }: SessionHostSpec): ClientSpec {
    const { browser, browserArgs } = this.#options;
    return {
      auth: { kind: 'local', dataPath: join(folder, 'profile') },
      ...(pairWith !== null && { options: { pairWithPhoneNumber: pairWith } }),
      browser: {
        ...{ executablePath: browser.executablePath, args: [...browser.args, ...browserArgs, ...own] },
        ...{ pipe: true, dumpio: true },
      },
    };
  }
}

/** Gives back the memory that the start of a session needed, and later that of its work. */
function restNowAndThen(host: Host): void {
  const rest = () => void host.calls.rest().catch(() => {});
  const timers = [setTimeout(rest, firstRestMs).unref(), setInterval(rest, restEveryMs).unref()];
  host.exited.then(() => timers.forEach(clearTimeout));
}

function sessionHost(host: Host, packageDir: string): SessionHost {
  const { calls } = host;
  return {
    sessionFacts: () => calls.sessionFacts(),
    requestCode: (number) => calls.requestCode(number),
    sendText: (to, body) => calls.sendText(to, body),
    library: { packageDir, call: (call) => calls.callOnce(call) },
    follow: (names) => void calls.follow(names).catch(() => {}),
    logout: () => calls.logout(),
    destroy: () => calls.destroy(),
    // The rejection of an ended host is ignored: `host:exited` reports it.
    liveFor: (ms) => void calls.liveFor(ms).catch(() => {}),
    kill: () => host.kill(),
  };
}
