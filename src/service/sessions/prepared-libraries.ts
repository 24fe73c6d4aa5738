import { LibraryFailed } from './session-host.ts';

/** How long a version that could not be made ready is not tried again, in milliseconds. */
const tryAgainMs = 60_000;

/** Makes library versions ready to host sessions, which can take minutes: before a browser slot is taken and a session is closed for it. */
export class PreparedLibraries {
  readonly #prepare: (version: string) => Promise<void>;
  readonly #begun = new Map<string, Promise<void>>();
  readonly #ready = new Set<string>();

  constructor(prepare: (version: string) => Promise<void>) {
    this.#prepare = prepare;
  }

  /** True when sessions can be moved to a version now; else it is being made ready. */
  has(version: string): boolean {
    if (!this.#ready.has(version)) this.prepare(version).catch(() => {});
    return this.#ready.has(version);
  }

  /** @throws LibraryFailed */
  prepare(version: string): Promise<void> {
    const begun = this.#begun.get(version) ?? this.#begin(version);
    this.#begun.set(version, begun);
    return begun;
  }

  async #begin(version: string): Promise<void> {
    try {
      await this.#prepare(version);
      this.#ready.add(version);
    } catch (error) {
      setTimeout(() => this.#begun.delete(version), tryAgainMs).unref();
      const said = error instanceof Error ? error.message : String(error);
      throw new LibraryFailed(`whatsapp-web.js ${version} cannot be installed: ${said}`, { cause: error });
    }
  }
}
