import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The result of starting a browser: its version, or its output before it ended. */
export type ProbeResult = { started: true; version: string } | { started: false; said: string };

const startTimeoutMs = 30_000;

/**
 * Starts a browser without a page and reads its version over DevTools. `--version` does not suffice: the headless shell 107
 * prints nothing, and it does not show whether the browser starts with its sandbox.
 *
 * @param args flags besides headless mode, port and profile.
 * @param env added to a bare environment.
 */
export async function probeBrowser(
  executable: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<ProbeResult> {
  const profile = await mkdtemp(join(tmpdir(), 'wwebjs-canary-probe-'));
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executable, [...args, ...own], {
    // Its socket is in the temporary directory; with the profile it is removed, however the browser ends.
    env: { ...bareEnvironment(env), TMPDIR: profile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').catch(() => {});
  try {
    const { port, said } = await waitForDevTools(child);
    if (port === null) return { started: false, said };
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, {
      signal: AbortSignal.timeout(startTimeoutMs),
    });
    const { Browser: version } = (await response.json()) as { Browser: string };
    return { started: true, version };
  } finally {
    child.kill('SIGKILL');
    await ended; // not `close`: a helper process of Chromium can keep stderr open for seconds
    child.stderr.destroy();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

const versionTimeoutMs = 10_000;
const longestProduct = 100;

/**
 * The product that a browser is, such as `Google Chrome`, `Chromium` or `Microsoft Edge`, for what two products must not share. DevTools calls
 * all of them `Chrome`, so `--version` is asked; where that says nothing, as on Windows, it is the name of DevTools. Each headless shell is a
 * `headless shell`: some name themselves in `--version`, and the one of Chromium 107 does not.
 *
 * @param version its product name over DevTools, e.g. `HeadlessChrome/107.0.5296.0`.
 */
export async function readProduct({ executablePath, version, env }: ProbedBrowser): Promise<string> {
  if (version.startsWith('Headless')) return 'headless shell';
  const [ofDevTools = version] = version.split('/');
  // Chrome on Windows opens a window for it.
  if (process.platform === 'win32') return ofDevTools;
  const options = { env: bareEnvironment(env), timeout: versionTimeoutMs, killSignal: 'SIGKILL' } as const;
  const said = await promisify(execFile)(executablePath, ['--version'], options).catch(() => null);
  const named = said?.stdout.match(/^([^\d\n]*[^\s\d])\s+\d+\./m)?.[1]?.slice(0, longestProduct);
  return named ?? ofDevTools;
}

interface ProbedBrowser {
  executablePath: string;
  version: string;
  env: Record<string, string>;
}

/** The port that the browser prints on stderr; null when it ends, or prints none in time. */
function waitForDevTools(child: ChildProcess): Promise<{ port: string | null; said: string }> {
  return new Promise((resolve) => {
    let said = '';
    const timer = setTimeout(
      () => resolve({ port: null, said: `no answer in ${startTimeoutMs} ms. ${said}` }),
      startTimeoutMs,
    );
    const settle = (port: string | null) => {
      clearTimeout(timer);
      resolve({ port, said: said.trim() });
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const port = /^DevTools listening on ws:\/\/[^:]+:(\d+)\//m.exec(said)?.[1];
      if (port !== undefined) settle(port);
    });
    child.once('error', (error) => {
      said += error.message;
      settle(null);
    });
    child.once('close', (code, signal) => {
      said ||= signal ? `ended by ${signal}` : `exit code ${code}`;
      settle(null);
    });
  });
}

const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'];

/**
 * The environment of a browser: the variables that any program needs, and the given ones. It inherits nothing else, so that
 * tokens and passwords of the harness do not reach the browser.
 */
export function bareEnvironment(added: Record<string, string>): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...added };
}
