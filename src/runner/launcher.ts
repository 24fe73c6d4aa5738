import type { Code } from '../codes/codes.ts';
import type { ClientOptions, ClientSpec, HostCalls, LoadedLibrary } from '../contracts/host.ts';
import { handshakeMs } from './deadlines.ts';
import type { EventLog } from './event-log.ts';
import { asFinding, type Finding } from './finding.ts';
import type { Steps } from './steps.ts';
import { noHandshake, watchHandshake } from './watch-handshake.ts';

export interface LaunchParts {
  calls: Pick<HostCalls, 'load' | 'start'>;
  /** Whether the host has started any process. */
  hasBrowser(): boolean;
  packageDir: string;
  /** Comes late: the browser's flags depend on the replica, which starts at the same time as the host. */
  specOf(profile: number, options: ClientOptions): Promise<ClientSpec>;
  /** Where the browser keeps its user data. */
  folderOf(profile: number): string;
}

/** Loads the library once and starts one client after the other, up to the browser. */
export class Launcher {
  readonly #parts: LaunchParts;
  readonly #log: EventLog;
  readonly #steps: Steps;
  #loaded: LoadedLibrary | null = null;

  constructor(parts: LaunchParts, log: EventLog, steps: Steps) {
    this.#parts = parts;
    this.#log = log;
    this.#steps = steps;
  }

  /** @param tell hears of a browser that is up without the library noticing. */
  async launch(profile: number, options: ClientOptions, tell: (finding: Finding) => void): Promise<void> {
    const { calls, packageDir, specOf } = this.#parts;
    const launch = async () => {
      const spec = specOf(profile, options);
      spec.catch(() => {});
      this.#loaded ??= await calls.load(packageDir).catch(asFinding('library-load-failed'));
      await calls.start(await spec);
      await this.#launched(profile, tell);
    };
    await this.#steps.run('launch', launch, () => this.#codeOfNoLaunch());
  }

  async #launched(profile: number, tell: (finding: Finding) => void): Promise<void> {
    const folder = this.#parts.folderOf(profile);
    let isOver = false;
    void watchHandshake(folder, this.#steps.patience(handshakeMs), () => isOver).then((browser) => {
      if (browser) tell(noHandshake(browser, this.#loaded));
    });
    await this.#log.seen('browser:launched');
    isOver = true;
  }

  /** What is to blame for a launch that took too long depends on how far it came. */
  #codeOfNoLaunch(): Code {
    if (!this.#loaded) return 'library-load-failed';
    return this.#parts.hasBrowser() ? 'browser-launch-failed' : 'initialize-failed';
  }
}
