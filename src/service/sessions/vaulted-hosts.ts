import type { ProfileVault } from '../profiles/profile-vault.ts';
import type { OpenSessionHost } from './session-host.ts';

/** Chromium has written the login out by then; as long as the library's own RemoteAuth waits. */
const firstSaveMs = 60_000;
const saveEveryMs = 600_000;

/**
 * Hosts whose profile is fetched from the vault before they start, and saved to it a minute after ready, every ten minutes,
 * and when they are closed in order. A save that fails leaves the one before it and is told of.
 */
export function vaultedHosts(open: OpenSessionHost, vault: ProfileVault, say: (line: string) => void): OpenSessionHost {
  return async (spec) => {
    const { lease, folder, onSeen } = spec;
    await vault.fetch(lease, folder);
    let timer: NodeJS.Timeout | undefined;
    const save = () =>
      vault
        .save(lease, folder)
        .catch((error) => say(`The profile of session ${lease.ids.session} was not saved: ${error}`));
    const saveAfter = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void save().then(() => saveAfter(saveEveryMs)), ms);
      timer.unref();
    };
    let over = false;
    const host = await open({
      ...spec,
      onSeen: (event) => {
        if (event.type === 'client:ready' && !over) saveAfter(firstSaveMs);
        onSeen(event);
      },
    });
    const end = () => {
      over = true;
      clearTimeout(timer);
    };
    return {
      sessionFacts: () => host.sessionFacts(),
      sendText: (to, body) => host.sendText(to, body),
      liveFor: (ms) => host.liveFor(ms),
      async destroy() {
        end();
        await host.destroy();
        await save();
      },
      async logout() {
        end();
        await host.logout();
      },
      async kill() {
        end();
        await host.kill();
      },
    };
  };
}
