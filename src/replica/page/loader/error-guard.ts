/**
 * The guard that real pages run their code in: it logs an error and goes on. Inside of it, and with `skipGuardGlobal(true)`,
 * the loader throws for a name that it does not know; elsewhere it logs one error and returns undefined.
 */
export class ErrorGuard {
  private depth = 0;
  private isSkipped = false;
  private hasLogged = false;

  /** True when an error is passed on rather than logged. */
  get throws(): boolean {
    return this.isSkipped || this.depth > 0;
  }

  readonly skipGuardGlobal = (skip: boolean): void => {
    this.isSkipped = skip;
  };

  readonly inGuard = (): boolean => this.depth > 0;

  /** Calls the function; an error is logged and undefined returned, except within another guard or when guards are skipped. */
  readonly applyWithGuard = <T>(work: (...args: unknown[]) => T, context: unknown, args?: unknown[]): T | undefined => {
    if (this.isSkipped) return work.apply(context, args ?? []);
    this.depth++;
    try {
      return work.apply(context, args ?? []);
    } catch (error) {
      if (this.depth > 1) throw error;
      this.log(error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      this.depth--;
    }
  };

  readonly guard =
    <T>(work: (...args: unknown[]) => T) =>
    (...args: unknown[]): T | undefined =>
      this.applyWithGuard(work, null, args);

  /** The real guard logs one error only. */
  log(message: string): void {
    if (!this.hasLogged) {
      console.error(
        `ErrorUtils caught an error:\n\n${message}.\n\nSubsequent non-fatal errors won't be logged; see https://fburl.com/debugjs.`,
      );
    }
    this.hasLogged = true;
  }
}
