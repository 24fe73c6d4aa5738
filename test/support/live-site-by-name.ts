import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import type { Surface } from '../../src/contracts/surface.ts';
import { hourMs } from '../../src/live/live-policy.ts';
import type { LiveTables } from '../../src/live/tables.ts';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { type CliResult, cli } from '../cli/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ownHome } from './own-home.ts';
import { phoneCommand } from './simulated-live-site.ts';

/**
 * The replica, served as the live site to whole commands: they know nothing of it and reach the real name. Replaced are where the name
 * resolves to (for Node by a proxy, for browsers by flags), whose certificate is trusted, and the clock of the limits.
 */
export class LiveSiteByName {
  /** Of the commands. */
  readonly home = ownHome();
  /** Working folder of the commands, with a policy of its own. */
  readonly project = temporaryFolder();
  readonly #state: string;
  readonly #proxy: Server;
  readonly #tunnels = new Set<Socket>();
  #replica: Replica;

  private constructor(replica: Replica, state: string) {
    this.#replica = replica;
    this.#state = state;
    this.#proxy = createServer().on('connect', (request, socket: Socket) => {
      if (!/^[\w.]+\.whatsapp\.(com|net):443$/.test(request.url ?? '')) {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      const site = connect(this.#replica.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(site).pipe(socket);
      });
      for (const each of [socket, site]) {
        this.#tunnels.add(each);
        each.on('error', () => {}).on('close', () => this.#tunnels.delete(each));
      }
    });
  }

  /** @param policy replacements in the text of `live-policy.yaml` */
  static async start(build: string, policy: Readonly<Record<string, string>>): Promise<LiveSiteByName> {
    const state = temporaryFolder();
    const site = new LiveSiteByName(await startReplica({ build, state, liveScripts: true }), state);
    await once(site.#proxy.listen(0, '127.0.0.1'), 'listening');
    let text = readFileSync(join(packageRoot, 'compat-matrix', 'live-policy.yaml'), 'utf8');
    for (const [from, to] of Object.entries(policy)) {
      if (!text.includes(from)) throw new Error(`the policy has no ${from}`);
      text = text.replace(from, to);
    }
    mkdirSync(join(site.project, 'compat-matrix'));
    writeFileSync(join(site.project, 'compat-matrix', 'live-policy.yaml'), text);
    await site.#writeBrowser();
    return site;
  }

  async close(): Promise<void> {
    this.#proxy.close();
    for (const each of this.#tunnels) each.destroy();
    await this.#replica.close();
  }

  /** WhatsApp serves another build under the same name, and knows the same devices. @param surface in place of that of the data */
  async serve(build: string, surface?: Surface): Promise<void> {
    const { port } = this.#replica;
    await this.#replica.close();
    const options = { build, state: this.#state, port, liveScripts: true, ...(surface && { surface }) };
    this.#replica = await startReplica(options);
  }

  /** The command line, in the project. */
  run(...args: readonly string[]): Promise<CliResult> {
    const { port } = this.#proxy.address() as AddressInfo;
    const env = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: `http://127.0.0.1:${port}` };
    return cli(args, this.home, this.project, env);
  }

  /** Links a number; the browser is started as often as the command needs. */
  link(name: string, number: string): Promise<CliResult> {
    const onCode = phoneCommand(this.#replica, number);
    return this.run('account', 'add', name, `--on-code=${onCode}`, `--browser=${this.#browser}`, '--library=1.34.7');
  }

  /** One look. */
  look(...args: readonly string[]): Promise<CliResult> {
    return this.run('watch', '--live', '--once', ...this.#reach(), ...args);
  }

  /** `surface capture --page`. */
  capturePage(): Promise<CliResult> {
    return this.run('surface', 'capture', '--page', '--force', ...this.#reach());
  }

  #reach(): string[] {
    const trusted = join(this.project, 'site.pem');
    // Of the same key, and made anew at each start.
    writeFileSync(trusted, this.#replica.certificate);
    return [`--trust=${trusted}`, `--browser=${this.#browser}`];
  }

  /** So much time passes for the limits of accounts: what happened is longer ago. Milliseconds. */
  async pass(ms: number): Promise<void> {
    const database = await openDatabase<LiveTables>(`sqlite:${join(this.home, 'store.sqlite')}`);
    await database.kysely
      .updateTable('live_events')
      .set({ at: sql`at - ${ms}` })
      .execute();
    await database.close();
  }

  /** Time passes for the limits of accounts while this is done: each start and each message finds that it may begin. */
  async whileTimePasses<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const passing = (async () => {
      while (!isOver) {
        await this.pass(hourMs);
        await sleep(1_000);
      }
    })();
    try {
      return await work();
    } finally {
      isOver = true;
      await passing;
    }
  }

  get #browser(): string {
    return join(this.project, 'browser');
  }

  /** Chromium that reaches the site under its name. Flags of a command come later and win: a replica of its own is reached. */
  async #writeBrowser(): Promise<void> {
    const { executablePath, env } = await ensureBrowser('current', () => {});
    const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
    const exported = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
    const flags = this.#replica.chromiumArgs.map(quoted).join(' ');
    const lines = ['#!/bin/sh', ...exported, `exec ${quoted(executablePath)} ${flags} "$@"`, ''];
    writeFileSync(this.#browser, lines.join('\n'), { mode: 0o755 });
  }
}
