import type { ChannelInfo } from '../../../contracts/replica-channels.ts';
import type { GroupInfo } from '../../../contracts/replica-groups.ts';
import { applyChannel } from '../model/channels.ts';
import type { GroupMetadata } from '../model/groups.ts';
import { Wid } from '../model/wid.ts';
import { isMe, meet, type Page } from '../shared/page.ts';
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
    page.groups.identities = { isMe: (wid) => isMe(page, wid), alternateOf: (wid) => page.lids.alternateOf(wid) };
  }

  /** Takes over what is so on the server; a group that is new has a chat from then on. */
  apply(info: GroupInfo): GroupMetadata {
    const { chats, contacts, groups } = this.page;
    const id = new Wid(info.id);
    for (const one of info.participants) meet(this.page, new Wid(one.id), new Wid(one.alt));
    const metadata = groups.ensure(id);
    const before = metadata.community;
    metadata.apply(info);
    for (const parent of new Set([before, metadata.community])) this.findJoined(parent);
    contacts.ensure(id).set({ name: info.subject });
    const chat = chats.ensure(id);
    chat.set({ name: info.subject, formattedTitle: info.subject });
    if (!chat.t) chat.set({ t: info.creation });
    return metadata;
  }

  /** The groups that the account has in a community, as its parent lists them. */
  private findJoined(parent: Wid | undefined): void {
    if (!parent) return;
    const { groups } = this.page;
    const joined = groups.filter((one) => Boolean(one.parentGroup?.equals(parent) && one.participants.iAmMember()));
    groups.get(parent)?.set({ joinedSubgroups: joined.map((one) => one.id) });
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
