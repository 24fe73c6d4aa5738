import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends the server and removes its folder when this process is gone, however it ended: the pipe then closes and `cat` returns. From then on
 * no process reads what the shell says. A signal to the whole group, as Ctrl-C is, does not end the shell before that.
 */
const guard =
  'trap "" HUP INT TERM; folder=$1; shift; exec 3<&0; "$@" </dev/null & server=$!; cat <&3 >/dev/null; exec 2>/dev/null; kill -9 $server; wait $server; rm -rf "$folder"';

export interface PrivateServer {
  pid: number;
  /** Settles when it has ended and its folder is removed. */
  stop(): Promise<void>;
}

/**
 * Starts a server that cannot outlive this process, and waits until it answers.
 *
 * @param folder what the server keeps; it is removed after the end.
 * @param answers one try; rejects while the server is not ready.
 */
export async function startPrivateServer(
  folder: string,
  command: string,
  options: readonly string[],
  answers: () => Promise<unknown>,
): Promise<PrivateServer> {
  const child = spawn('sh', ['-c', guard, 'guard', folder, command, ...options], { stdio: ['pipe', 'ignore', 'pipe'] });
  let log = '';
  child.stderr?.on('data', (text) => {
    log = `${log}${text}`.slice(-4_000);
  });
  await untilItAnswers(command, child, answers, () => log);
  return {
    pid: child.pid ?? -1,
    async stop() {
      child.stdin?.end();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers(
  command: string,
  child: ChildProcess,
  answers: () => Promise<unknown>,
  log: () => string,
): Promise<void> {
  for (const until = Date.now() + 60_000; ; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${command} ended with code ${child.exitCode}:\n${log()}`);
    try {
      await answers();
      return;
    } catch (error) {
      if (Date.now() > until) throw new Error(`${command} does not answer: ${error}\n${log()}`);
    }
  }
}
