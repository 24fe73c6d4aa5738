import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { bundle } from '../bundle/bundle.ts';
import type { ConditionOptions } from '../contracts/circumstances.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { isLoopback } from '../contracts/is-loopback.ts';
import { type ListenAddress, listenError } from '../contracts/listen-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { Surface } from '../contracts/surface.ts';
import type { SwitchValues } from '../contracts/switches.ts';
import type { WorldInput } from '../contracts/world-file.ts';
import { resolveSurface } from './builds/resolve-surface.ts';
import { fillWorld } from './phone/fill-world.ts';
import { KeptPhones } from './phone/kept-phones.ts';
import { createPhoneServer, picturePath } from './phone/phone-server.ts';
import { Phones } from './phone/phones.ts';
import { type Certificate, certificateOfKey, processCertificate } from './server/certificate.ts';
import { CompanionConnection } from './server/companion-connection.ts';
import { livePage } from './server/live-page.ts';
import { chromiumArgs, createGuardedEntrance, tokenPattern, urlHost } from './server/page-entrance.ts';
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
  /** Port of the phone control; by default a free one. */
  phonePort?: number;
  /** Address to listen on; 127.0.0.1 when left out. Any but a loopback address needs a token. */
  host?: string;
  /** Name or address by which browsers and programs reach `host`; by default `host`, or this machine's name when that is a wildcard. */
  publicHost?: string;
  /** What browsers and requests to the phone control have to carry; see `tokenPattern`. */
  token?: string;
  /** Folder of the certificate's key, the phones and their accounts: kept from one start to the next. */
  state?: string;
  /**
   * People, groups and phones that exist from the start: a YAML file, or the world itself. A `state` that has phones already keeps what it
   * has.
   */
  world?: string | WorldInput;
  /** Number of a phone that scans every QR code that a page shows. */
  autoScan?: string;
  /** Multiplies the long waits of the real service (life of refs and codes); 1 = unchanged. */
  timeScale?: number;
  /** Names of the conditions to start with. */
  conditions?: readonly string[];
  /** Values of switches by name; others have the default of the build. */
  switches?: SwitchValues;
  /** Serves the scripts of the build and the maps of them as the live site does, which is what a capture reads; Comet builds only. */
  liveScripts?: boolean;
}

export interface Replica {
  build: string;
  url: string;
  port: number;
  /** What a Chromium needs to take this replica for the real site. */
  chromiumArgs: string[];
  /** Its certificate as PEM, for programs other than browsers. */
  certificate: string;
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
 * Starts a replica of WhatsApp Web at one build.
 *
 * @throws InputError for a malformed build or token, an unknown condition, or an address off loopback without a token; TroubleError for
 * a port that is in use.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { build, timeScale = 1, conditions = [], host = '127.0.0.1', token } = options;
  checkAccess(host, token);
  const surface = options.surface ?? resolveSurface(build, options.switches);
  if (options.liveScripts && surface.face === 'webpack') {
    throw new InputError(`--live-scripts: the modules of ${build} have no names; builds have them from 2.3000 on`);
  }
  const core = new ReplicaCore(timeScale);
  for (const name of conditions) putOn(core, name);
  const [certificate, page] = await Promise.all([certificateFor(options.state), pageBundle()]);
  const pages = createPageServer(certificate, {
    surface,
    bundle: page,
    core,
    live: options.liveScripts ? livePage(surface) : null,
  });
  const entrance = token === undefined ? pages : createGuardedEntrance(certificate, token, pages);
  const sockets = new WebSocketServer({ noServer: true });
  pages.on('upgrade', (request, socket, head) => {
    if (core.isDropping || request.url !== '/ws/chat') socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (webSocket) => new CompanionConnection(core, webSocket));
  });
  const phones = new Phones(core);
  const kept = options.state === undefined ? null : new KeptPhones(options.state, phones, core);
  if (options.state !== undefined) core.world.media.keepIn(join(options.state, 'media'));
  if (options.world !== undefined) fillWorld(options.world, phones, core.world);
  if (options.autoScan !== undefined) phones.scanShownCodes(phones.withNumber(options.autoScan));
  const control = createPhoneServer(phones, core, token);
  const publicHost = options.publicHost ?? (isWildcard(host) ? hostname() : host);
  const close = async () => {
    core.close();
    await endConnections(sockets);
    entrance.close();
    entrance.closeAllConnections();
    pages.close();
    pages.closeAllConnections();
    control.close();
    control.closeAllConnections();
    kept?.write();
  };
  try {
    const port = await listen({ host, port: options.port ?? 0, option: '--port' }, entrance);
    const phoneAddress = { host, port: options.phonePort ?? 0, option: '--phone-port' };
    const phonePort = await listen(phoneAddress, control);
    const phoneUrl = `http://${urlHost(publicHost)}:${phonePort}`;
    core.world.profiles.pictureBase = `${phoneUrl}${picturePath}`;
    return {
      build,
      url: 'https://web.whatsapp.com/',
      port,
      chromiumArgs: chromiumArgs({ host: publicHost, port, spki: certificate.spki }, token),
      certificate: certificate.cert,
      phoneUrl,
      phones,
      onEvent: (listener) => core.onEvent(listener),
      onTrouble: (listener) => core.onTrouble(listener),
      setCondition: (name, on, options) => core.setCondition(name, on, options),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws TroubleError for a folder that cannot be written to. */
function certificateFor(state: string | undefined): Promise<Certificate> {
  if (state === undefined) return processCertificate();
  try {
    makeFolder(state, 0o700);
    accessSync(state, constants.W_OK);
  } catch (error) {
    throw new TroubleError(`--state ${state}: cannot write to this folder: ${(error as Error).message}`);
  }
  return certificateOfKey(join(state, 'certificate-key.pem'));
}

/** @throws InputError for an address that other machines reach without a token, or a malformed token. */
function checkAccess(host: string, token: string | undefined): void {
  if (token !== undefined && !tokenPattern.test(token)) {
    throw new InputError(
      '--token: it has to be 16 to 63 characters of a-z, 0-9 and "-", and begin and end with a letter or digit',
    );
  }
  if (token === undefined && !isLoopback(host)) {
    throw new InputError(`--host ${host}: other machines reach this address, so the replica needs a --token`);
  }
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

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

/** @returns the port on which the server listens. */
async function listen({ host, port, option }: Required<ListenAddress>, server: Server): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw listenError({ host, port, option }, error as NodeJS.ErrnoException);
  }
  return (server.address() as AddressInfo).port;
}

/** The page's code, made once per process. */
function pageBundle(): Promise<string> {
  bundledPage ??= bundle('replica');
  return bundledPage;
}
