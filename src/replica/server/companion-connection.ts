import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import {
  type PageFrame,
  type PairSuccess,
  pageFrameSchema,
  type ServerFrame,
} from '../../contracts/replica-protocol.ts';
import { answer } from '../queries/answer.ts';
import type { Device, ReplicaAccount } from '../world/accounts.ts';
import { userOf } from '../world/people.ts';
import { startSync } from './device-sync.ts';
import type { PairAnswer, Pairing, UnlinkedPage } from './pairings.ts';
import type { OpenPage, ReplicaCore } from './replica-core.ts';
import { bytesOfBase64, sameMac, sharedWireMac, toBase64 } from './wire-keys.ts';

/** Too many messages to people who did not have the number as a contact; whatsmeow lists 101 to 106. */
const temporaryBanCode = 101;

type FrameOf<T extends PageFrame['type']> = Extract<PageFrame, { type: T }>;

/** One WebSocket connection of a page. */
export class CompanionConnection implements OpenPage, UnlinkedPage {
  noisePub = '';
  identityPub = '';
  private readonly core: ReplicaCore;
  private readonly socket: WebSocket;
  private pairing: Pairing | undefined;
  private answerPairing: ((answer: PairAnswer) => void) | undefined;
  private login: { account: ReplicaAccount; device: Device; nonce: Uint8Array } | undefined;
  private online: { account: ReplicaAccount; device: Device } | undefined;
  private stopSync = () => {};
  private secretRenewed: Promise<void> = Promise.resolve();
  private stopRenewing = () => {};

  constructor(core: ReplicaCore, socket: WebSocket) {
    this.core = core;
    this.socket = socket;
    core.openPages.add(this);
    socket.on('message', (data) => this.receive(String(data)));
    socket.on('close', () => this.closed());
    socket.on('error', () => socket.terminate());
  }

  get isSynced(): boolean {
    return this.online?.device.sync === 'done';
  }

  /** Resolves when the page has the ADV secret that it will keep for this ref. */
  whenScannable(): Promise<void> {
    return this.secretRenewed;
  }

  /** A property, so that a device can compare its `deliver` with this connection. */
  readonly send = (frame: ServerFrame): void => {
    this.afterDelay(() => {
      if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(frame));
    });
  };

  finishPairing(success: PairSuccess): Promise<PairAnswer> {
    return new Promise((resolve) => {
      this.answerPairing = resolve;
      this.send(success);
    });
  }

  requestPasskey(): void {
    this.send({ type: 'passkey-request', challenge: toBase64(randomBytes(32)) });
  }

  restart(): void {
    this.end(515);
  }

  drop(): void {
    this.socket.terminate();
  }

  ban(): void {
    if (this.online) this.end(406);
  }

  replace(): void {
    if (this.online) this.end(409);
  }

  remove(): void {
    if (!this.online) return;
    const { account, device } = this.online;
    account.devices.delete(device.id);
    this.core.emit('device-removed', { number: account.number, device: device.id, by: 'server' });
    this.end(401);
  }

  /** A frame that cannot be handled is reported and changes nothing: the page would send it again after each new connection. */
  private receive(text: string): void {
    try {
      this.handle(pageFrameSchema.parse(JSON.parse(text)));
    } catch (error) {
      this.core.emit('bad-frame', { text: text.slice(0, 500), message: (error as Error).message });
    }
  }

  private handle(frame: PageFrame): void {
    switch (frame.type) {
      case 'register':
        this.register(frame);
        return;
      case 'login':
        this.startLogin(frame);
        return;
      case 'login-proof':
        this.finishLogin(frame);
        return;
      case 'pair-device-sign':
        this.answerPairing?.({ ok: true, proof: frame.proof });
        return;
      case 'pair-error':
        this.answerPairing?.({ ok: false, code: frame.code });
        return;
      case 'companion-hello':
        this.companionHello(frame);
        return;
      case 'report':
        this.core.emit(frame.event, frame.detail);
        return;
      default:
        if (this.online) this.handleOnline(frame, this.online);
    }
  }

  private handleOnline(frame: PageFrame, { account, device }: { account: ReplicaAccount; device: Device }): void {
    if (frame.type === 'query') this.send(answer(frame, { world: this.core.world, account, device }));
    else if (frame.type === 'send') this.core.world.delivery.fromDevice(account, device, frame.message);
    else if (frame.type === 'receipt') this.core.world.delivery.receipt(account, device, frame.ids, frame.ack);
    else if (frame.type === 'unpair-device') this.unpair(account, device, frame.reason);
    else if (frame.type === 'dialog-left-open') this.remove();
  }

  private register({ noisePub, identityPub }: FrameOf<'register'>): void {
    this.noisePub = noisePub;
    this.identityPub = identityPub;
    const { pairing, frame } = this.core.pairings.open(this);
    this.pairing = pairing;
    this.send({ type: 'circumstances', circumstances: this.core.circumstances.page });
    this.send(frame);
    this.core.emit('refs-given', { refs: pairing.refs.length });
    const { newSecretAfterMs } = this.core.circumstances.server;
    if (newSecretAfterMs !== undefined) this.secretRenewed = this.renewSecret(newSecretAfterMs);
  }

  private companionHello({ requestId, phone, code, advSecret }: FrameOf<'companion-hello'>): void {
    const ok = this.pairing !== undefined && this.core.world.accounts.get(phone) !== undefined;
    if (ok) this.core.codes.add({ phone, code, advSecret, page: this });
    this.send({ type: 'companion-hello-result', requestId, ok });
  }

  private startLogin({ wid, deviceId }: FrameOf<'login'>): void {
    const account = this.core.world.accounts.get(userOf(wid));
    const device = account?.devices.get(deviceId);
    if (!account || !device) {
      this.core.emit('login-refused', { number: userOf(wid), device: deviceId });
      this.refuse({ type: 'failure', reason: 401 });
      return;
    }
    if (this.core.isBanned) {
      this.refuse({ type: 'failure', reason: 406 });
      return;
    }
    const { accountLocked, bannedForMs } = this.core.circumstances.server;
    if (accountLocked) {
      this.core.emit('login-refused', { number: userOf(wid), device: deviceId });
      this.refuse({ type: 'failure', reason: 403 });
      return;
    }
    if (bannedForMs !== undefined) {
      this.core.emit('login-refused', { number: userOf(wid), device: deviceId });
      this.refuse({ type: 'failure', reason: 402, code: temporaryBanCode, expire: Math.round(bannedForMs / 1_000) });
      return;
    }
    const nonce = randomBytes(32);
    this.login = { account, device, nonce };
    this.send({ type: 'challenge', nonce: toBase64(nonce), serverPub: toBase64(this.core.keys.publicKey) });
  }

  private finishLogin({ proof }: FrameOf<'login-proof'>): void {
    const { login } = this;
    if (!login) {
      this.refuse({ type: 'failure', reason: 401 });
      return;
    }
    const { account, device, nonce } = login;
    const noisePub = bytesOfBase64(device.noisePub, 32);
    if (!noisePub || !sameMac(sharedWireMac(this.core.keys, noisePub, nonce), proof)) {
      this.refuse({ type: 'failure', reason: 401 });
      return;
    }
    device.deliver?.({ type: 'stream-error', code: 409 });
    device.deliver = this.send;
    device.isLive = false;
    this.online = { account, device };
    this.send({ type: 'circumstances', circumstances: this.core.circumstances.page });
    const { pushname, platform, lid } = account;
    this.send({ type: 'success', pushname, platform, lid });
    this.core.emit('device-online', { number: account.number, device: device.id });
    this.stopSync = startSync(this.core, account, device, this.send);
  }

  private unpair(account: ReplicaAccount, device: Device, reason: string): void {
    account.devices.delete(device.id);
    this.core.emit('device-removed', { number: account.number, device: device.id, by: 'page', reason });
  }

  private renewSecret(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.send({ type: 'companion-reg-refresh' });
        this.core.emit('secret-renewed', {});
        resolve();
      }, afterMs);
      this.stopRenewing = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private closed(): void {
    this.core.openPages.delete(this);
    this.stopSync();
    this.stopRenewing();
    if (this.pairing) this.pairing.closed = true;
    this.core.codes.forget(this);
    this.answerPairing?.({ ok: false, code: 'gone' });
    if (!this.online) return;
    const { account, device } = this.online;
    // A newer connection of the same device has replaced the function.
    if (device.deliver === this.send) {
      device.deliver = null;
      device.isLive = false;
    }
    this.core.emit('device-offline', { number: account.number, device: device.id });
  }

  private end(code: 515 | 401 | 406 | 409): void {
    this.refuse({ type: 'stream-error', code });
  }

  /** Says why, then ends the connection. */
  private refuse(frame: Extract<ServerFrame, { type: 'stream-error' | 'failure' }>): void {
    this.send(frame);
    this.afterDelay(() => this.socket.close());
  }

  /** Runs the work after the delay of the circumstances, in the sequence of the calls. */
  private afterDelay(work: () => void): void {
    const { delayMs = 0 } = this.core.circumstances.server;
    if (delayMs > 0) this.core.later(delayMs, work);
    else work();
  }
}
