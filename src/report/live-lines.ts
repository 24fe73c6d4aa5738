import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from './terminal.ts';

const redrawMs = 200;

/**
 * Permanent lines with status lines below them, which are redrawn in place. Without a live terminal there are no status lines.
 */
export class LiveLines {
  readonly #terminal: Terminal;
  readonly #status: () => string[];
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, status: () => string[]) {
    this.#terminal = terminal;
    this.#status = status;
  }

  start(): void {
    if (!this.#terminal.live) return;
    this.#timer = setInterval(() => this.#draw(''), redrawMs).unref();
  }

  /** Prints a permanent line. */
  print(line: string): void {
    if (this.#timer) this.#draw(`${line}\n`);
    else this.#terminal.progress(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#terminal.progress(this.#erase());
  }

  #draw(above: string): void {
    const lines = this.#status().map((line) => this.#fit(line));
    this.#terminal.progress(`${this.#erase()}${above}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** Moves up by the lines drawn last, then clears to the end of the screen. */
  #erase(): string {
    const erased = this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\x1b[0J`;
    this.#drawn = 0;
    return erased;
  }

  /** A line that wraps would take two rows, and the next redraw would leave one of them behind. */
  #fit(line: string): string {
    const bare = stripVTControlCharacters(line);
    const { progressWidth } = this.#terminal;
    return bare.length < progressWidth ? line : `${bare.slice(0, progressWidth - 2)}…`;
  }
}
