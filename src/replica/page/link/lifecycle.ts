import type { ServerFrame } from '../../../contracts/replica-protocol.ts';
import type { Tier } from '../../../contracts/surface.ts';
import { decodeB64, encodeB64 } from '../keys/bytes.ts';
import { sharedMac } from '../keys/key-pair.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import { GroupSync } from './groups.ts';
import { Linking } from './linking.ts';
import { Messaging } from './messaging.ts';
import { Notifications } from './notifications.ts';
import { PairingCode } from './pairing-code.ts';
import { leaveLogoutToNextBoot } from './previous-logout.ts';
import { Requests } from './requests.ts';
import { SharedState } from './shared-state.ts';

/** Where the history of a chat ends, as real pages number it: older messages are on the phone only, or there are none. */
const endOfHistory = { onPhone: 0, reached: 1 } as const;

/** By what real pages name a logout since the account is locked. */
const accountLocked = '3';

/** Real pages back off from 1 s; a local server is back at once or not at all. [assumed] */
const retryMs = 250;

/**
 * The states of the connection in the sequence of the real page: UNLAUNCHED, OPENING, PAIRING, then UNPAIRED until a phone
 * links it, or CONNECTED for a linked device. `hasSynced` comes later, by an event of the server.
 */
export class Lifecycle {
  readonly linking: Linking;
  readonly messaging: Messaging;
  readonly requests: Requests;
  readonly sharedState: SharedState;
  readonly groups: GroupSync;
  readonly notifications: Notifications;
  readonly pairingCode: PairingCode;
  private readonly page: Page;
  private readonly register: (tier: Tier) => void;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(page: Page, register: (tier: Tier) => void) {
    this.page = page;
    this.register = register;
    this.linking = new Linking(page);
    this.messaging = new Messaging(page);
    this.requests = new Requests(page);
    this.sharedState = new SharedState(page, this.requests, this.messaging);
    this.groups = new GroupSync(page, this.requests);
    this.notifications = new Notifications(page, this.sharedState, this.groups);
    this.pairingCode = new PairingCode(page, this.linking, this.requests);
    // Frames are handled one at a time: the work of a frame ends before the next frame is read.
    let before = Promise.resolve();
    page.link.onFrame = (frame) => {
      before = before.then(() => this.handle(frame)).catch((error) => this.failed(frame, error));
    };
    page.link.onClose = () => this.reopen();
    page.socket.use({
      logout: (reason) => void this.logout(reason ?? 'user_initiated'),
      takeover: () => this.takeover(),
      reconnect: () => this.refresh(),
    });
  }

  /** Tries once to open the connection; called again until it is open. */
  async open(): Promise<void> {
    const { link, members, profile, socket } = this.page;
    socket.set({ state: 'OPENING', stream: 'DISCONNECTED' });
    try {
      await link.open();
    } catch {
      this.retry = setTimeout(() => void this.open(), retryMs);
      return;
    }
    socket.state = 'PAIRING';
    if (profile.isRegistered()) {
      const { wid, deviceId } = profile.linkedAs();
      // Meanwhile the server asks for a proof.
      members.load().catch(() => {});
      link.send({ type: 'login', wid, deviceId });
      return;
    }
    const { noise, identity } = await profile.keys();
    link.send({ type: 'register', noisePub: encodeB64(noise.pubKey), identityPub: encodeB64(identity.pubKey) });
  }

  /** Reconnects, which gives an unlinked page new refs. */
  refresh(): void {
    clearTimeout(this.retry);
    this.linking.stop();
    this.page.link.close();
    void this.open();
  }

  /** A frame that the page cannot handle must not keep it from the next ones. */
  private failed({ type }: ServerFrame, error: unknown): void {
    console.error(error);
    this.page.report('frame-failed', { type, message: String(error) });
  }

  private async handle(frame: ServerFrame): Promise<void> {
    const { page } = this;
    switch (frame.type) {
      case 'pair-device':
        return this.linking.start(frame);
      case 'pair-success':
        await this.linking.finish(frame);
        return;
      case 'passkey-request':
        return this.linking.requestPasskey(frame.challenge);
      case 'companion-reg-refresh':
        return this.linking.renewAdvSecret();
      case 'challenge': {
        const { noise } = await page.profile.keys();
        const proof = sharedMac(noise, decodeB64(frame.serverPub), decodeB64(frame.nonce));
        return page.link.send({ type: 'login-proof', proof: encodeB64(proof) });
      }
      case 'success':
        return this.loggedIn(frame);
      case 'stream-error':
        return this.streamError(frame.code);
      case 'failure':
        return this.failure(frame);
      case 'offline-preview':
        page.offline.expect(frame.count);
        return this.tellProgress();
      case 'sync':
        return this.sync(frame);
      case 'history':
        return this.messaging.receiveHistory(frame.messages);
      case 'chat-history':
        return this.phoneHistory(frame);
      case 'critical-sync-done':
        return this.synced();
      case 'message':
        this.messaging.receive(frame.message);
        if (frame.offline) {
          page.offline.advance();
          this.tellProgress();
        }
        return;
      case 'ack':
        return this.messaging.acknowledge(frame.chat, frame.ids, frame.ack);
      case 'notification':
        return this.notifications.handle(frame.notification);
      case 'answer':
      case 'companion-hello-result':
        return this.requests.answer(frame);
      case 'circumstances':
        page.circumstances = frame.circumstances;
        return;
    }
  }

  private async loggedIn({ pushname, platform, lid }: Extract<ServerFrame, { type: 'success' }>): Promise<void> {
    const { page } = this;
    await page.members.load();
    const { wid } = page.profile.linkedAs();
    page.me = { pn: new Wid(wid), lid: new Wid(lid) };
    page.lids.learn(page.me.pn, page.me.lid);
    this.register(2);
    page.contacts.ensure(page.me.pn, { name: pushname, pushname });
    page.conn.set({ id: '1', wid: page.me.pn, pushname, platform, connected: true });
    page.socket.set({ stream: page.socket.hasSynced ? 'CONNECTED' : 'SYNCING', state: 'CONNECTED' });
    page.cmd.trigger('me_ready');
    page.link.online();
    this.messaging.resend();
    this.requests.resend();
  }

  private async sync({
    contacts,
    blocked,
    groups,
    channels,
    messages,
    olderOnPhone,
    mutations,
  }: Extract<ServerFrame, { type: 'sync' }>): Promise<void> {
    const { page } = this;
    for (const { id, lid, isBusiness, name, shortName, pushname } of contacts) {
      const wid = new Wid(id);
      page.lids.learn(wid, new Wid(lid));
      page.contacts.ensure(wid, { name, pushname }).set({ isBusiness });
      page.contacts.change(wid, { name, shortName });
    }
    for (const group of groups) this.groups.apply(group);
    this.notifications.replaceBlocklist(blocked);
    for (const channel of channels) this.groups.applyChannel(channel);
    if (page.msgs.length === 0) await this.messaging.restore();
    await this.messaging.receiveHistory(messages);
    for (const chat of page.chats.getModelsArray()) {
      chat.endOfHistoryTransferType = olderOnPhone.includes(String(chat.id))
        ? endOfHistory.onPhone
        : endOfHistory.reached;
    }
    for (const mutation of mutations) this.sharedState.apply(mutation);
  }

  /** The phone has sent what it has of a chat before the messages that the page has. */
  private async phoneHistory({
    chat: id,
    messages,
    hasMore,
  }: Extract<ServerFrame, { type: 'chat-history' }>): Promise<void> {
    await this.messaging.receiveHistory(messages);
    const chat = this.page.chats.ensure(new Wid(id));
    chat.endOfHistoryTransferType = hasMore ? endOfHistory.onPhone : endOfHistory.reached;
  }

  private synced(): void {
    const { page } = this;
    page.cmd.isMainStreamReadyMd = true;
    page.stream.set({ mode: 'MAIN', info: 'NORMAL', displayInfo: 'NORMAL' });
    page.socket.set({ stream: 'CONNECTED', hasSynced: true });
    page.cmd.tell('main_stream_mode_ready');
  }

  private tellProgress(): void {
    this.page.cmd.tell('offline_progress_update');
  }

  private streamError(code: number): void {
    if (code === 515) this.refresh();
    else if (code === 401) void this.endLink({ isAnnounced: true });
    else if (code === 406) void this.endLink({ isAnnounced: false });
    else {
      this.stop();
      this.page.socket.state = 'CONFLICT';
    }
  }

  /** A page that is banned for a time stays linked, and tries again when its connection has ended. */
  private failure(frame: Extract<ServerFrame, { type: 'failure' }>): void {
    if (frame.reason === 403) void this.endLink({ isAnnounced: false, reason: accountLocked });
    else if (frame.reason !== 402) void this.endLink({ isAnnounced: false });
    else this.page.cmd.tell('account_temporarily_banned', { banned: true, code: frame.code, expire: frame.expire });
  }

  private takeover(): void {
    if (this.page.socket.state === 'CONFLICT') this.refresh();
  }

  private reopen(): void {
    this.linking.stop();
    if (this.stopped) return;
    this.retry = setTimeout(() => void this.open(), retryMs);
    this.page.socket.set({ state: 'OPENING', stream: 'DISCONNECTED' });
  }

  private stop(): void {
    clearTimeout(this.retry);
    this.linking.stop();
    this.page.link.close();
  }

  /** Removes the credentials, notifies the server, clears the storages, then leaves the page as the build does. */
  private async logout(reason: string): Promise<void> {
    if (this.stopped) return;
    this.page.profile.forgetCredentials();
    this.page.link.send({ type: 'unpair-device', reason });
    await this.endLink({ isAnnounced: true });
  }

  /**
   * The link is over. What the server ended is announced before the credentials are removed, or not at all; its event has no reason.
   *
   * @param reason the number by which the next address of the page names it
   */
  private async endLink({ isAnnounced, reason }: { isAnnounced: boolean; reason?: string }): Promise<void> {
    const { page } = this;
    if (this.stopped) return;
    this.stopped = true;
    if (isAnnounced) page.cmd.tell('starting_logout');
    page.profile.forgetCredentials();
    page.cmd.tell('logout');
    if (page.circumstances.logoutEndsAtNextBoot) {
      this.stop();
      leaveLogoutToNextBoot();
      return;
    }
    await page.profile.wipe();
    this.stop();
    const parameters = new URLSearchParams();
    if (page.surface.behaviours.logoutNavigation === 'post_logout') parameters.set('post_logout', '1');
    if (reason !== undefined) parameters.set('logout_reason', reason);
    const query = String(parameters);
    if (query === '') location.reload();
    else location.assign(`/?${query}`);
  }
}
