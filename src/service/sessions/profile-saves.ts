import type { Lease } from '../leases/lease.ts';
import type { ProfileVault } from '../profiles/profile-vault.ts';

/** By then Chromium has written the login to disk; the library's own RemoteAuth waits as long. */
const firstSaveMs = 60_000;
const saveEveryMs = 600_000;

/**
 * Saves the profile of one session for other machines: a minute after it is connected, every ten minutes, and when it has shut down
 * gracefully. A save that fails leaves the previous one.
 */
export class ProfileSaves {
  readonly #vault: ProfileVault;
  readonly #lease: Lease;
  readonly #folder: string;
  readonly #onUnsaved: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(vault: ProfileVault, lease: Lease, folder: string, onUnsaved: (error: unknown) => void) {
    this.#vault = vault;
    this.#lease = lease;
    this.#folder = folder;
    this.#onUnsaved = onUnsaved;
  }

  /** The profile has a login from now on. */
  begin(): void {
    this.#saveAfter(firstSaveMs);
  }

  /** Ends periodic saves. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Never rejects. */
  async save(): Promise<void> {
    await this.#vault.save(this.#lease, this.#folder).catch((error) => this.#onUnsaved(error));
  }

  #saveAfter(ms: number): void {
    this.#timer = setTimeout(async () => {
      const timer = this.#timer;
      await this.save();
      if (timer === this.#timer) this.#saveAfter(saveEveryMs);
    }, ms);
    this.#timer.unref();
  }
}
