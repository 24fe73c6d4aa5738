import type { Mutation } from '../../../contracts/replica-queries.ts';
import type { Chat } from '../model/models.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import type { Messaging } from './messaging.ts';
import type { Requests } from './requests.ts';

/** State that the devices of an account share: archived chats and the like. */
export class SharedState {
  private readonly page: Page;
  private readonly requests: Requests;
  private readonly messaging: Messaging;

  constructor(page: Page, requests: Requests, messaging: Messaging) {
    this.page = page;
    this.requests = requests;
    this.messaging = messaging;
    page.mutes.change = (wid, value) => this.change({ action: 'mute', index: String(wid), value });
    page.labels.change = (chat, value) => this.change({ action: 'labels', index: String(chat.id), value });
  }

  /** Changes it here and on all other devices; resolves when the server has it. */
  async change(mutation: Mutation): Promise<void> {
    await this.requests.query('mutate', { mutation });
    this.apply(mutation);
  }

  /** Takes over what is so on the account. */
  apply(mutation: Mutation): void {
    const { page } = this;
    switch (mutation.action) {
      case 'archive':
        this.chat(mutation).archive = mutation.value;
        return;
      case 'pin':
        this.chat(mutation).pin = mutation.value;
        return;
      case 'mute':
        this.chat(mutation).set({ muteExpiration: mutation.value });
        page.mutes.gadd(new Wid(mutation.index)).set({ expiration: mutation.value });
        return;
      case 'markUnread':
        this.markUnread(this.chat(mutation), mutation.value);
        return;
      case 'clear':
        this.messaging.clear(this.chat(mutation), mutation.value);
        return;
      case 'delete':
        this.delete(mutation.index, mutation.value);
        return;
      case 'contact':
        page.contacts.change(new Wid(mutation.index), mutation.value);
        return;
      case 'label':
        page.labels.define(mutation.index, mutation.value);
        return;
      case 'labels':
        page.labels.assign(this.chat(mutation), mutation.value);
        return;
      case 'note':
        page.notes.write(mutation.index, mutation.value);
        return;
      case 'pushname':
        page.conn.pushname = mutation.value;
        page.profile.savePushname(mutation.value);
        page.contacts.get(page.me?.pn)?.set({ pushname: mutation.value });
        return;
      case 'star':
        this.messaging.withKeyText(mutation.index)?.set({ star: mutation.value });
        return;
      case 'deleteMessageForMe': {
        const msg = this.messaging.withKeyText(mutation.index);
        if (msg) void this.messaging.forget([msg]);
        return;
      }
    }
  }

  private chat({ index }: Mutation): Chat {
    return this.page.chats.ensure(new Wid(index));
  }

  private markUnread(chat: Chat, isUnread: boolean): void {
    chat.markedUnread = isUnread;
    if (isUnread) chat.unreadCount = -1;
    else this.messaging.markSeen(chat);
  }

  private delete(id: string, last: string | null): void {
    const { chats } = this.page;
    const chat = chats.get(id);
    if (!chat) return;
    this.messaging.clear(chat, last);
    if (chat.msgs.length === 0) chats.remove(chat);
  }
}
