import { join } from 'node:path';
import type { Browser } from '../../browser/ensure-browser.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { within } from '../../contracts/within.ts';
import { Host } from '../../host/host.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { LibraryFailed, type OpenSessionHost, type SessionHost } from './session-host.ts';

/** Requiring a library takes half a second on a warm disk; this long only on a machine in trouble. */
const loadMs = 30_000;

/** Installs a version unless it is there. `say` is called with every download. */
export async function prepareLibrary(version: string, say: (line: string) => void): Promise<void> {
  await ensureLibrary(version, say);
}

/**
 * Hosts for production: each is a process with one real library and one real browser.
 *
 * @param browserArgs flags in addition to the browser's own: those of a replica.
 * @param say is called with every installation.
 */
export function libraryHosts(
  browser: Browser,
  browserArgs: readonly string[],
  say: (line: string) => void,
): OpenSessionHost {
  return async ({ library, folder, pairWith, browserArgs: ownArgs = [], restMs, signal, onSeen }) => {
    const { packageDir, version: installed } = await ensureLibrary(library, say).catch((error) => {
      throw new LibraryFailed(`whatsapp-web.js ${library} cannot be installed: ${error.message}`, { cause: error });
    });
    signal.throwIfAborted();
    const work = join(folder, 'work');
    makeFolder(work, 0o700);
    const host = new Host({ folder: work, env: browser.env, onSeen });
    host.exited.then((exit) => onSeen({ at: Date.now(), type: 'host:exited', detail: exit }));
    const opened = sessionHost(host, packageDir);
    opened.liveFor(restMs());
    signal.addEventListener('abort', () => void host.kill());
    try {
      const { version: loaded } = await within(loadMs, () => host.calls.load(packageDir));
      onSeen({ at: Date.now(), type: 'library:loaded', detail: { installed, loaded } });
    } catch (error) {
      await host.kill();
      throw new LibraryFailed(`whatsapp-web.js ${library} cannot be loaded`, { cause: error });
    }
    await host.calls.start({
      auth: { kind: 'local', dataPath: join(folder, 'profile') },
      ...(pairWith !== null && { options: { pairWithPhoneNumber: pairWith } }),
      browser: {
        ...{ executablePath: browser.executablePath, args: [...browser.args, ...browserArgs, ...ownArgs] },
        ...{ pipe: true, dumpio: true },
      },
    });
    return opened;
  };
}

function sessionHost(host: Host, packageDir: string): SessionHost {
  const { calls } = host;
  return {
    sessionFacts: () => calls.sessionFacts(),
    requestCode: (number) => calls.requestCode(number),
    sendText: (to, body) => calls.sendText(to, body),
    library: { packageDir, call: (call) => calls.callOnce(call) },
    logout: () => calls.logout(),
    destroy: () => calls.destroy(),
    // The rejection of an ended host is ignored: `host:exited` reports it.
    liveFor: (ms) => void calls.liveFor(ms).catch(() => {}),
    kill: () => host.kill(),
  };
}
