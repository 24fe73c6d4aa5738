import type { ChannelInfo } from '../../../contracts/replica-channels.ts';
import type { GroupInfo } from '../../../contracts/replica-groups.ts';
import { applyChannel } from '../model/channels.ts';
import type { GroupMetadata } from '../model/groups.ts';
import { Wid } from '../model/wid.ts';
import type { Page } from '../shared/page.ts';
import type { Requests } from './requests.ts';

/** The groups and channels of the account as the page knows them. */
export class GroupSync {
  private readonly page: Page;
  private readonly requests: Requests;

  constructor(page: Page, requests: Requests) {
    this.page = page;
    this.requests = requests;
    page.groups.query = (group) => requests.query('group-info', { group });
    page.newsletterMetadata.query = (channel) => requests.query('channel-info', { channel });
    page.groups.isMe = (wid) => Boolean(page.me?.pn.equals(wid) || page.me?.lid.equals(wid));
  }

  /** Takes over what is so on the server; a group that is new has a chat from then on. */
  apply(info: GroupInfo): GroupMetadata {
    const { chats, contacts, groups, pictures } = this.page;
    const id = new Wid(info.id);
    const metadata = groups.ensure(id);
    metadata.apply(info);
    // Who may change the picture may have changed.
    pictures.remove(id);
    for (const { id: participant } of metadata.participants.getModelsArray()) contacts.ensure(participant);
    contacts.ensure(id).set({ name: info.subject });
    const chat = chats.ensure(id);
    chat.set({ name: info.subject, formattedTitle: info.subject });
    if (!chat.t) chat.set({ t: info.creation });
    return metadata;
  }

  /** A channel that the account has is there from then on; of another one only what is there already changes. */
  applyChannel(info: ChannelInfo): void {
    const { newsletters } = this.page;
    const chat = info.role === 'guest' ? newsletters.get(info.id) : newsletters.ensure(new Wid(info.id));
    if (chat) applyChannel(chat, info);
  }

  /** Asks the server for the group, and who wants to join where the account decides about it. */
  async refresh(id: Wid | string): Promise<GroupMetadata> {
    const group = String(id);
    const metadata = this.apply(await this.requests.query('group-info', { group }));
    if (metadata.participants.iAmAdmin()) {
      metadata.applyRequests(await this.requests.query('group-requests', { group }));
    }
    return metadata;
  }
}
