import type { Lease } from '../leases/lease.ts';
import type { ProfileVault } from '../profiles/profile-vault.ts';

/** Chromium has written the login out by then; as long as the library's own RemoteAuth waits. */
const firstSaveMs = 60_000;
const saveEveryMs = 600_000;

/**
 * Saves the profile of one session for other machines: a minute after it is connected, every ten minutes, and when it has shut down
 * gracefully. A save that fails leaves the one before it.
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

  /** From now on the profile has a login. */
  begin(): void {
    this.#saveAfter(firstSaveMs);
  }

  /** Nothing is saved any more by itself. */
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
