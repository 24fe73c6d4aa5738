import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { HostEventOf, Untimed } from '../../src/contracts/host-events.ts';
import { bodyOf, type Message } from '../../src/contracts/replica-message.ts';
import type { PageFrame, ServerFrame } from '../../src/contracts/replica-protocol.ts';
import { newKeyPair, sharedWireMac, toBase64, type WireKeyPair, wireMac } from '../../src/replica/server/wire-keys.ts';
import { profileFolder } from '../../src/service/profiles/session-folder.ts';
import type { OpenSessionHost, SessionHost, SessionHostSpec } from '../../src/service/sessions/session-host.ts';

interface SavedDevice {
  wid: string;
  deviceId: number;
  noise: { publicKey: string; secretKey: string };
}

export interface LightHostOptions {
  /** Port of the replica's page. */
  port: number;
  /** How long a launch takes, in milliseconds. */
  launchMs?: number;
  /** How often the page looks whether its server still answers, in milliseconds; one answer that does not come ends the connection. */
  pingMs?: number;
  /** The page leaves its code when the phone has it, and the login goes no further. */
  loginHangs?: boolean;
  /** The page offers a button when its codes are used up; it is not pressed. */
  idlesAfterCodes?: boolean;
  /** Called when a launch begins and when it is over, with or without success. */
  onLaunch?(event: 'begin' | 'end', spec: SessionHostSpec): void;
}

/**
 * Sessions without a library and a browser: a linked device that speaks the page's side of the replica's protocol, with real
 * keys, a profile on disk, and the lock that a browser puts into it. Many of them fit into one process.
 */
export function lightHosts({ launchMs = 50, onLaunch, ...page }: LightHostOptions): OpenSessionHost {
  return async (spec) => {
    onLaunch?.('begin', spec);
    try {
      await sleep(launchMs);
      return await LightHost.open(spec, page);
    } finally {
      onLaunch?.('end', spec);
    }
  };
}

type LightPage = Pick<LightHostOptions, 'port' | 'pingMs' | 'loginHangs' | 'idlesAfterCodes'>;

class LightHost implements SessionHost {
  readonly #spec: SessionHostSpec;
  readonly #url: string;
  readonly #profile: string;
  readonly #page: LightPage;
  #isScanned = false;
  #isIdle = false;
  readonly #identity = newKeyPair();
  readonly #advSecret = newKeyPair().secretKey;
  #noise = newKeyPair();
  #saved: SavedDevice | null = null;
  #socket: WebSocket | null = null;
  #codeTimer: NodeJS.Timeout | undefined;
  #life: NodeJS.Timeout | undefined;
  #online = false;
  /** The first connection stands for the page; a library whose page does not load rejects. */
  #isLoaded = false;
  #followed: readonly string[] = [];
  /** Texts that this device sent, by id. */
  readonly #sent = new Map<string, Message>();
  #over = false;

  private constructor(spec: SessionHostSpec, page: LightPage) {
    this.#page = page;
    this.#spec = spec;
    this.#url = `wss://127.0.0.1:${page.port}/ws/chat`;
    this.#profile = profileFolder(spec.folder);
  }

  static async open(spec: SessionHostSpec, page: LightPage): Promise<LightHost> {
    const host = new LightHost(spec, page);
    mkdirSync(host.#profile, { recursive: true });
    const lock = join(host.#profile, 'SingletonLock');
    if (existsSync(lock)) throw new Error(`The browser is already running for ${host.#profile}`);
    writeFileSync(lock, String(process.pid));
    const file = join(host.#profile, 'device.json');
    if (existsSync(file)) host.#restore(JSON.parse(readFileSync(file, 'utf8')));
    host.#seen({ type: 'browser:launched', detail: { pid: null } });
    host.#connect();
    return host;
  }

  async sessionFacts() {
    if (this.#over) throw new Error('the host has ended');
    const unscanned = this.#isIdle ? 'UNPAIRED_IDLE' : 'UNPAIRED';
    const notOnline = this.#isScanned || this.#saved ? 'OPENING' : unscanned;
    const socket = this.#online ? 'CONNECTED' : notOnline;
    return { state: this.#online ? 'CONNECTED' : 'OPENING', wid: this.#saved?.wid ?? null, socket };
  }

  async requestCode(): Promise<void> {
    throw new Error('a light host links by QR code only');
  }

  async sendText(to: string, body: string): Promise<string> {
    const id = toBase64(newKeyPair().publicKey).slice(0, 20);
    const content = { kind: 'text' as const, body };
    const message = { id, from: this.#saved?.wid ?? '', to, content, t: Math.floor(Date.now() / 1000), ack: 1 };
    this.#sent.set(id, message);
    this.#send({ type: 'send', message });
    return `true_${to}_${id}`;
  }

  follow(names: readonly string[]): void {
    this.#followed = names;
  }

  async logout(): Promise<void> {
    if (!this.#online) throw new Error('not connected');
    this.#send({ type: 'unpair-device', reason: 'user_initiated' });
    await sleep(20);
    rmSync(join(this.#profile, 'device.json'), { force: true });
  }

  async destroy(): Promise<void> {
    this.#end();
    rmSync(join(this.#profile, 'SingletonLock'), { force: true });
  }

  liveFor(ms: number): void {
    clearTimeout(this.#life);
    this.#life = setTimeout(() => {
      this.#seen({ type: 'host:expired', detail: null });
      this.kill();
    }, ms);
  }

  async kill(): Promise<void> {
    if (!this.#over) this.#seen({ type: 'host:exited', detail: { code: null, signal: null } });
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#online = false;
    clearTimeout(this.#life);
    clearTimeout(this.#codeTimer);
    this.#socket?.terminate();
  }

  #restore(saved: SavedDevice): void {
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
    this.#saved = saved;
    this.#noise = { publicKey: bytes(saved.noise.publicKey), secretKey: bytes(saved.noise.secretKey) };
  }

  #connect(): void {
    if (this.#over) return;
    const socket = new WebSocket(this.#url, { rejectUnauthorized: false });
    this.#socket = socket;
    const { publicKey } = this.#noise;
    socket.on('open', () => {
      if (!this.#isLoaded) this.#seen({ type: 'page:loaded', detail: { url: this.#url } });
      this.#isLoaded = true;
      if (this.#saved) this.#send({ type: 'login', wid: this.#saved.wid, deviceId: this.#saved.deviceId });
      else
        this.#send({
          type: 'register',
          noisePub: toBase64(publicKey),
          identityPub: toBase64(this.#identity.publicKey),
        });
    });
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    let answered = true;
    const pings = setInterval(() => {
      if (socket.readyState === WebSocket.CONNECTING) return;
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, this.#page.pingMs ?? 5_000);
    socket.on('pong', () => {
      answered = true;
    });
    socket.on('close', () => clearInterval(pings));
    socket.on('error', ({ message }) => {
      socket.terminate();
      this.#failToLoad(message);
    });
    socket.on('close', () => {
      this.#online = false;
      if (!this.#over && this.#socket === socket) setTimeout(() => this.#connect(), 100);
    });
  }

  #failToLoad(why: string): void {
    if (this.#isLoaded || this.#over) return;
    this.#over = true;
    const message = `net::ERR_CONNECTION_REFUSED at https://web.whatsapp.com/ (${why})`;
    this.#seen({ type: 'host:error', detail: { during: 'initialize', message, stack: '' } });
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'pair-device':
        this.#show(frame.refs, frame.firstMs, frame.nextMs);
        break;
      case 'pair-success':
        this.#pair(frame);
        break;
      case 'challenge':
        this.#prove(frame);
        break;
      case 'success':
        this.#online = true;
        this.#seen({ type: 'client:authenticated', detail: null });
        break;
      case 'critical-sync-done':
        this.#seen({ type: 'client:ready', detail: null });
        break;
      case 'message':
        this.#seen({ type: 'client:message', ...described(frame.message) });
        this.#tell('message', frame.message);
        break;
      case 'ack':
        for (const id of frame.ids) {
          const { detail, secret } = described(this.#sent.get(id) as Message);
          this.#seen({ type: 'client:message_ack', detail, secret: { ...secret, ack: frame.ack } });
        }
        break;
      case 'stream-error':
        // Only then the page leaves the state in which it waited for a scan.
        if (frame.code === 515) this.#isScanned = true;
        if (frame.code === 515) break;
        this.#over = true;
        this.#seen({ type: 'client:disconnected', detail: [frame.code === 401 ? 'LOGOUT' : 'CONFLICT'] });
        break;
      case 'failure':
        if (frame.reason === 402) break;
        this.#over = true;
        this.#seen({ type: 'client:disconnected', detail: ['LOGOUT'] });
    }
  }

  #prove({ serverPub, nonce }: Extract<ServerFrame, { type: 'challenge' }>): void {
    const proof = sharedWireMac(this.#noise, Buffer.from(serverPub, 'base64'), Buffer.from(nonce, 'base64'));
    this.#send({ type: 'login-proof', proof: toBase64(proof) });
  }

  #show([ref, ...later]: string[], lifeMs: number, nextMs: number): void {
    if (!ref) {
      this.#isIdle = this.#page.idlesAfterCodes ?? false;
      if (!this.#isIdle) this.#socket?.close();
      return;
    }
    const keys = [this.#noise.publicKey, this.#identity.publicKey, this.#advSecret].map(toBase64);
    const secret = [ref, ...keys, '1'].join(',');
    this.#seen({ type: 'client:qr', detail: { length: secret.length, fields: 5, sha256: '' }, secret });
    this.#codeTimer = setTimeout(() => this.#show(later, nextMs, nextMs), lifeMs);
  }

  #pair({ details, accountKey, wid, deviceId, hmac }: Extract<ServerFrame, { type: 'pair-success' }>): void {
    clearTimeout(this.#codeTimer);
    if (this.#page.loginHangs) {
      this.#isScanned = true;
      return;
    }
    const bytes = Buffer.from(details, 'base64');
    if (toBase64(wireMac(this.#advSecret, bytes)) !== hmac) {
      this.#send({ type: 'pair-error', code: 'hmac-mismatch' });
      return;
    }
    this.#saved = { wid, deviceId, noise: text(this.#noise) };
    writeFileSync(join(this.#profile, 'device.json'), JSON.stringify(this.#saved));
    const proof = sharedWireMac(this.#identity, Buffer.from(accountKey, 'base64'), Uint8Array.of(6, 1), bytes);
    this.#send({ type: 'pair-device-sign', proof: toBase64(proof) });
  }

  #send(frame: PageFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #tell(name: string, message: Message): void {
    if (!this.#followed.includes(name)) return;
    const secret = { args: [described(message).secret], files: [] };
    this.#seen({ type: 'client:followed', name, detail: null, secret });
  }

  #seen(event: Untimed): void {
    this.#spec.onSeen({ at: performance.timeOrigin + performance.now(), ...event });
  }
}

/** A message as the library would report it. */
function described({ id, from, to, content }: Message): Pick<HostEventOf<'client:message'>, 'detail' | 'secret'> {
  const body = bodyOf(content);
  const secret = { id, fromMe: false, from, to, body, type: 'chat' };
  return { detail: { idType: 'string', fromMe: false, type: 'chat', bodyLength: body.length }, secret };
}

function text({ publicKey, secretKey }: WireKeyPair): SavedDevice['noise'] {
  return { publicKey: toBase64(publicKey), secretKey: toBase64(secretKey) };
}
