import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';

interface MetricsProcess {
  metrics(): Promise<string>;
  said(): string;
  stop(): Promise<number | null>;
}

/** As `startExporting`, `watch`. */
export function startWatch(
  home: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<MetricsProcess> {
  return startExporting('watch', home, options, env);
}

/**
 * Starts a command and gives its /metrics, what it said, and a way to end it as a service manager does. It is killed at the end of the test.
 *
 * @param env is added to the environment.
 */
export async function startExporting(
  command: 'watch' | 'exporter',
  home: string,
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<MetricsProcess> {
  const child = spawn(process.execPath, [join(packageRoot, 'src/cli/main.ts'), command, '--port', '0', ...options], {
    env: { ...process.env, WWEBJS_CANARY_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(String(line).split('\n')[0] ?? '') as { url: string };
  child.stdout.resume();
  return {
    metrics: async () => (await fetch(url)).text(),
    said: () => said,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}
