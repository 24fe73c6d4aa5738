import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { bundle } from '../bundle/bundle.ts';
import type { ConditionOptions } from '../contracts/circumstances.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Surface } from '../contracts/surface.ts';
import { resolveSurface } from './builds/resolve-surface.ts';
import { createPhoneServer } from './phone/phone-server.ts';
import { Phones } from './phone/phones.ts';
import { hostName, processCertificate } from './server/certificate.ts';
import { CompanionConnection } from './server/companion-connection.ts';
import { createPageServer } from './server/page-server.ts';
import { ReplicaCore, type ReplicaEvent } from './server/replica-core.ts';
import type { Trouble } from './server/trouble.ts';

/** How long a page may take to answer a closing frame. */
const lastReportsMs = 250;

let bundledPage: Promise<string> | undefined;

export interface ReplicaOptions {
  /** Build number, e.g. `2.3000.1032534684`. */
  build: string;
  /** Replaces the surface of the build. */
  surface?: Surface;
  /** Port of the page; by default a free one. */
  port?: number;
  /** Multiplies the long waits of the real service (life of refs and codes); 1 = unchanged. */
  timeScale?: number;
  /** Names of the conditions to start with. */
  conditions?: readonly string[];
}

export interface Replica {
  build: string;
  url: string;
  port: number;
  /** What a Chromium needs to take this replica for the real site. */
  chromiumArgs: string[];
  /** Base of the phone control over HTTP. */
  phoneUrl: string;
  phones: Phones;
  onEvent(listener: (event: ReplicaEvent) => void): void;
  /** Hears once of each thing that makes an observation say something about the replica and not about the program. */
  onTrouble(listener: (trouble: Trouble) => void): void;
  /** Turns a condition on or off. @throws Refusal for a name or an option that does not exist. */
  setCondition(name: string, on: boolean, options?: ConditionOptions): void;
  close(): Promise<void>;
}

/**
 * Starts a replica of WhatsApp Web at one build, on 127.0.0.1 only.
 *
 * @throws InputError for a malformed build, an unknown condition, or a port that is in use.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { build, port = 0, timeScale = 1, conditions = [] } = options;
  const surface = options.surface ?? resolveSurface(build);
  const core = new ReplicaCore(timeScale);
  for (const name of conditions) putOn(core, name);
  const [certificate, page] = await Promise.all([processCertificate(), pageBundle()]);
  const pages = createPageServer(certificate, {
    surface,
    bundle: page,
    core,
  });
  const pagePort = await listen(pages, port);
  const sockets = new WebSocketServer({ noServer: true });
  pages.on('upgrade', (request, socket, head) => {
    if (core.isDropping || request.url !== '/ws/chat') socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (webSocket) => new CompanionConnection(core, webSocket));
  });
  const phones = new Phones(core);
  const control = createPhoneServer(phones, core);
  const phoneUrl = await control.listen({ host: '127.0.0.1', port: 0 });
  return {
    build,
    url: 'https://web.whatsapp.com/',
    port: pagePort,
    chromiumArgs: chromiumArgs(pagePort, certificate.spki),
    phoneUrl,
    phones,
    onEvent: (listener) => core.onEvent(listener),
    onTrouble: (listener) => core.onTrouble(listener),
    setCondition: (name, on, options) => core.setCondition(name, on, options),
    close: async () => {
      core.close();
      await endConnections(sockets);
      pages.close();
      pages.closeAllConnections();
      await control.close();
    },
  };
}

/**
 * Ends the connections of pages. A page answers the closing frame after the frames that it sent before, so that its last reports
 * are received; one that does not answer in time is cut off.
 */
async function endConnections(sockets: WebSocketServer): Promise<void> {
  const open = [...sockets.clients];
  const ended = Promise.all(open.map((socket) => once(socket, 'close')));
  for (const socket of open) socket.close();
  sockets.close();
  await Promise.race([ended, sleep(lastReportsMs, undefined, { ref: false })]);
  for (const socket of open) socket.terminate();
}

function putOn(core: ReplicaCore, name: string): void {
  try {
    core.setCondition(name, true);
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new InputError(`port ${port} cannot be used: ${(error as Error).message}`);
  }
  return (server.address() as AddressInfo).port;
}

/**
 * Arguments that make Chromium load the replica under the real origin: the origin resolves to the replica, Chromium trusts the
 * replica's key besides the usual authorities, and no other host resolves.
 */
function chromiumArgs(port: number, spki: string): string[] {
  return [
    `--host-resolver-rules=MAP ${hostName} 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    `--ignore-certificate-errors-spki-list=${spki}`,
  ];
}

/** The page's code, made once per process. */
function pageBundle(): Promise<string> {
  bundledPage ??= bundle('replica');
  return bundledPage;
}
