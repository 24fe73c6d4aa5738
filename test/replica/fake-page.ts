import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { PageFrame, ServerFrame } from '../../src/contracts/replica-protocol.ts';
import type { QueryArgs, QueryName } from '../../src/contracts/replica-queries.ts';
import { newKeyPair, sharedWireMac, toBase64, wireMac } from '../../src/replica/server/wire-keys.ts';
import type { Replica } from '../../src/replica/start-replica.ts';

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** Speaks the page's side of the protocol, without a browser. */
export class FakePage {
  readonly noise = newKeyPair();
  readonly identity = newKeyPair();
  advSecret = crypto.getRandomValues(new Uint8Array(32));
  private socket!: WebSocket;
  private frames: ServerFrame[] = [];
  private wake = () => {};
  private readonly replica: Replica;

  constructor(replica: Replica) {
    this.replica = replica;
  }

  async open(): Promise<void> {
    this.frames = [];
    this.socket = new WebSocket(`wss://127.0.0.1:${this.replica.port}/ws/chat`, { rejectUnauthorized: false });
    this.socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as ServerFrame);
      this.wake();
    });
    await once(this.socket, 'open');
  }

  send(frame: PageFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  close(): void {
    this.socket.close();
  }

  async closed(): Promise<void> {
    if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, 'close');
  }

  /** The next frame of that kind; those before it are dropped. */
  async next<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame?.type === type) return frame as FrameOf<T>;
      if (!frame) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  /** Connects as a page without a device and returns its six refs. */
  async register(): Promise<FrameOf<'pair-device'>> {
    await this.open();
    this.send({
      type: 'register',
      noisePub: toBase64(this.noise.publicKey),
      identityPub: toBase64(this.identity.publicKey),
    });
    return this.next('pair-device');
  }

  qr(ref: string): string {
    return [
      ref,
      toBase64(this.noise.publicKey),
      toBase64(this.identity.publicKey),
      toBase64(this.advSecret),
      '1',
    ].join();
  }

  /** Answers pair-success as the real page does. */
  async answerPairing(): Promise<FrameOf<'pair-success'>> {
    const success = await this.next('pair-success');
    const details = Buffer.from(success.details, 'base64');
    if (toBase64(wireMac(this.advSecret, details)) !== success.hmac) {
      this.send({ type: 'pair-error', code: 'hmac-mismatch' });
      return success;
    }
    const proof = sharedWireMac(this.identity, Buffer.from(success.accountKey, 'base64'), Uint8Array.of(6, 1), details);
    this.send({ type: 'pair-device-sign', proof: toBase64(proof) });
    return success;
  }

  /** Connects as a linked device, up to `success`. */
  async login(wid: string, deviceId: number): Promise<FrameOf<'success'>> {
    await this.open();
    this.send({ type: 'login', wid, deviceId });
    const { nonce, serverPub } = await this.next('challenge');
    const proof = sharedWireMac(this.noise, Buffer.from(serverPub, 'base64'), Buffer.from(nonce, 'base64'));
    this.send({ type: 'login-proof', proof: toBase64(proof) });
    return this.next('success');
  }

  /** What the server answers to a query. */
  ask<N extends QueryName>(name: N, args: QueryArgs<N>): Promise<FrameOf<'answer'>> {
    this.send({ type: 'query', requestId: 1, name, args });
    return this.next('answer');
  }

  /** From nothing to a synced device of the phone. */
  async link(phoneId: string): Promise<FrameOf<'pair-success'>> {
    const { refs } = await this.register();
    const scanned = this.replica.phones.scan(phoneId, this.qr(refs[0] as string));
    const success = await this.answerPairing();
    await scanned;
    await this.closed();
    await this.login(success.wid, success.deviceId);
    await this.next('critical-sync-done');
    return success;
  }
}
