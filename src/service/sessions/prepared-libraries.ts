import { LibraryFailed } from './session-host.ts';

/** Milliseconds until a version whose preparation failed is tried again. */
const tryAgainMs = 60_000;

/** Prepares library versions to host sessions. This can take minutes, so it comes before a slot is taken or a session is closed for it. */
export class PreparedLibraries {
  readonly #prepare: (version: string) => Promise<void>;
  readonly #begun = new Map<string, Promise<void>>();
  readonly #ready = new Set<string>();

  constructor(prepare: (version: string) => Promise<void>) {
    this.#prepare = prepare;
  }

  /** True when a version is ready; else begins to prepare it. */
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
