import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '../../browser/ensure-browser.ts';
import { Host } from '../../host/host.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { LibraryFailed, type OpenSessionHost, type SessionHost } from './session-host.ts';
import { within } from './within.ts';

/** Requiring a library takes half a second on a warm disk; this long only where the machine is in trouble. */
const loadMs = 30_000;

export interface LibraryHostOptions {
  browser: Browser;
  /** Flags beside the browser's own: those of a replica. */
  browserArgs: readonly string[];
  /** Told of every installation. */
  say(line: string): void;
}

/** Hosts as production has them: a process each, with one real library and one real browser. */
export function libraryHosts({ browser, browserArgs, say }: LibraryHostOptions): OpenSessionHost {
  return async ({ library, folder, onSeen }) => {
    const { packageDir } = await ensureLibrary(library, say).catch((error) => {
      throw new LibraryFailed(`whatsapp-web.js ${library} cannot be installed: ${error.message}`, { cause: error });
    });
    const work = join(folder, 'work');
    mkdirSync(work, { recursive: true });
    const host = new Host({ folder: work, env: browser.env, onSeen });
    host.exited.then((exit) => onSeen({ at: Date.now(), type: 'host:exited', detail: exit }));
    try {
      await within(loadMs, () => host.calls.load(packageDir));
    } catch (error) {
      await host.kill();
      throw new LibraryFailed(`whatsapp-web.js ${library} cannot be loaded`, { cause: error });
    }
    await host.calls.start({
      auth: { kind: 'local', dataPath: join(folder, 'profile') },
      browser: { executablePath: browser.executablePath, args: [...browser.args, ...browserArgs] },
    });
    return sessionHost(host);
  };
}

function sessionHost(host: Host): SessionHost {
  const { calls } = host;
  return {
    sessionFacts: () => calls.sessionFacts(),
    sendText: (to, body) => calls.sendText(to, body),
    logout: () => calls.logout(),
    destroy: () => calls.destroy(),
    // The answer to a host that has ended is of no interest: `host:exited` tells it.
    liveFor: (ms) => void calls.liveFor(ms).catch(() => {}),
    kill: () => host.kill(),
  };
}
