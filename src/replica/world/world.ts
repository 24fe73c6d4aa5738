import type { ServerCircumstances } from '../../contracts/circumstances.ts';
import type { LinkedPage, Message } from '../../contracts/replica-message.ts';
import { ReplicaAccounts } from './accounts.ts';
import { Calls } from './calls.ts';
import { Channels } from './channels.ts';
import { Communities } from './communities.ts';
import { Groups } from './groups.ts';
import { MediaStore } from './media-store.ts';
import { MessageDelivery } from './message-delivery.ts';
import { isGroupJid, isUserJid, People, statusJid, userJid, userOf } from './people.ts';
import { Profiles } from './profiles.ts';

/** How a world reaches what is around it. */
export interface Surroundings {
  /** Runs something later, unless the replica is closed before. */
  later(ms: number, work: () => void): void;
  /** Reports what happens; never what a message says. */
  emit(type: string, detail: unknown): void;
  /** What the active conditions change in the server. */
  circumstances(): ServerCircumstances;
}

/** What is true on WhatsApp, from any point of view: people, their accounts, groups and channels, and what they have sent. */
export class World {
  readonly people = new People();
  readonly accounts = new ReplicaAccounts(this.people);
  readonly media = new MediaStore();
  /** What phones find at addresses, which they fetch for the previews of links. */
  readonly links = new Map<string, LinkedPage>();
  readonly delivery: MessageDelivery;
  readonly groups: Groups;
  readonly communities: Communities;
  readonly profiles: Profiles;
  readonly calls: Calls;
  readonly channels: Channels;
  readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
    const { accounts, people } = this;
    this.delivery = new MessageDelivery({
      accounts,
      people,
      around,
      recipientsOf: (message) => this.recipientsOf(message),
      addressingOf: (chat) =>
        isUserJid(chat) && around.circumstances().chatsByLid ? 'lid' : this.groups.addressingOf(chat),
      toChannel: (message) => this.channels.take(message),
    });
    this.channels = new Channels({ accounts, delivery: this.delivery });
    this.groups = new Groups({ accounts, people, delivery: this.delivery, around });
    this.communities = new Communities(this.groups);
    const { delivery, groups, channels } = this;
    this.profiles = new Profiles({ accounts, people, delivery, groups, channels, around });
    this.calls = new Calls(this.delivery, around);
  }

  /** Who sees the status of a person: the contacts, of those with a phone in the replica only whose contact the person is. */
  private audienceOf(author: string): string[] {
    const known = this.accounts.all().filter(({ contacts }) => contacts.some(({ id }) => id === userJid(author)));
    const others = (this.accounts.get(author)?.contacts ?? []).map(({ id }) => userOf(id));
    const people = others.filter((number) => this.people.get(number) && !this.accounts.get(number));
    return [...known.map(({ number }) => number).filter((number) => number !== author), ...people];
  }

  private recipientsOf({ from, to, content }: Message): string[] {
    if (isGroupJid(to)) {
      const author = userOf(from);
      const { members } = this.groups.mustMaySend(author, to);
      if (content.kind === 'revoke' && content.target.from !== from) this.groups.mustBeAdminOf(author, to);
      return members.map(({ number }) => number).filter((number) => number !== author);
    }
    if (to === statusJid) return this.audienceOf(userOf(from));
    const person = this.people.withJid(to);
    const isBlocked = this.accounts.get(person?.number ?? '')?.blocked.includes(from);
    return person && !isBlocked ? [person.number] : [];
  }
}
