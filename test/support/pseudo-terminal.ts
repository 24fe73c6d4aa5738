import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command in a terminal of its own, as a person starts it: with its own session and a foreground process group. */
export interface InTerminal {
  /** Everything that it printed so far. */
  readonly output: string;
  /** Settles when the output has matched; rejects when the command ends before that. */
  shows(pattern: RegExp): Promise<void>;
  /** Presses Ctrl-C: the terminal sends SIGINT to each process of the foreground group. */
  interrupt(): void;
  /** The exit code of the command. */
  ended: Promise<number>;
}

/**
 * Needs `script` of util-linux, which each Linux distribution has in its base system.
 *
 * @param columns of the terminal; none when left out, as where a program and not a person opened it.
 */
export function inTerminal(command: readonly string[], env: NodeJS.ProcessEnv, columns?: number): InTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // Without `exec` some shells stay in the foreground group and die of the Ctrl-C themselves, with 130.
  const line = `${columns === undefined ? '' : `stty cols ${columns}; `}exec ${quoted}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], { env });
  let output = '';
  const ended = once(child, 'close').then(([code]) => code as number);
  child.stdout.on('data', (text) => {
    output += text;
  });
  return {
    get output() {
      return output;
    },
    async shows(pattern) {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (!pattern.test(output)) {
        if (over) throw new Error(`ended without ${pattern}:\n${output}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    interrupt: () => void child.stdin.write('\u0003'),
    ended,
  };
}
