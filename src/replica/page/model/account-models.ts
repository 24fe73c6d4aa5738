import { BaseCollection, type ModelId } from './base-collection.ts';
import { BaseModel, defineAttributes } from './base-model.ts';
import type { Chat } from './models.ts';
import type { Wid } from './wid.ts';

/*
 * Models of what the account keeps beside chats and messages, with attribute names as archived builds declare them, limited to those
 * that the replica sets.
 */

/** Until when a chat is muted, in seconds since 1970; -1 = forever, 0 = it is not. */
export class Mute extends BaseModel {
  declare id: Wid;
  declare expiration: number;

  get isMuted(): boolean {
    return this.expiration !== 0;
  }

  canMute(): boolean {
    return true;
  }

  /** @param options `expiration` in seconds since 1970, which the page rounds; -1 for ever. */
  async mute(options: { expiration: number; sendDevice?: boolean }): Promise<number> {
    const expiration = Math.round(options.expiration);
    await this.owner().change(this.id, expiration);
    return expiration;
  }

  async unmute(_options?: { sendDevice?: boolean }): Promise<void> {
    await this.owner().change(this.id, 0);
  }

  // No accessor: those that a build does not have are taken away.
  private owner(): MuteCollection {
    return this.collection as unknown as MuteCollection;
  }
}
defineAttributes(Mute, { props: ['id', 'expiration', 'isAutoMuted'], session: [] });

export class MuteCollection extends BaseCollection<Mute> {
  /** Mutes the chat on all devices; resolves when the server has it. */
  declare change: (chat: Wid, expiration: number) => Promise<void>;

  constructor() {
    super(Mute);
    hidden(this, 'change');
  }

  override gadd(id: ModelId): Mute {
    return this.get(id) ?? (this.add({ id, expiration: 0, isAutoMuted: false })[0] as Mute);
  }
}

/** A chat that has a label. */
export class LabelItem extends BaseModel {
  declare parentType: string;
  declare parentId: string;
}
defineAttributes(LabelItem, { props: ['id', 'parentType', 'parentId', 'labelId'], session: [] });

export class Label extends BaseModel {
  declare id: string;
  declare name: string;
  declare colorIndex: number;
  declare count: number;
  declare readonly labelItemCollection: BaseCollection<LabelItem>;

  override initialize(): void {
    hidden(this, 'labelItemCollection', new BaseCollection(LabelItem));
  }
}
defineAttributes(Label, {
  props: ['id', 'name', 'colorIndex', 'color', 'count', 'predefinedId', 'isActive', 'type', 'isImmutable'],
  session: ['stale'],
});

/** The labels of a business account. */
export class LabelCollection extends BaseCollection<Label> {
  /** Gives a chat these labels on all devices; resolves when the server has it. */
  declare change: (chat: Chat, labels: string[]) => Promise<void>;

  constructor() {
    super(Label);
    hidden(this, 'change');
  }

  async addOrRemoveLabels(
    actions: readonly { id: string | number; type: 'add' | 'remove' }[],
    chats: readonly Chat[],
  ): Promise<void> {
    for (const chat of chats) {
      const labels = new Set(chat.labels ?? []);
      for (const { id, type } of actions) labels[type === 'add' ? 'add' : 'delete'](String(id));
      await this.change(chat, [...labels]);
    }
  }

  getLabelsForModel(chat: Chat): string[] {
    return chat.labels ?? [];
  }

  define(id: string, value: { name: string; color: number } | null): void {
    if (!value) this.remove(id);
    else this.add({ id, name: value.name, colorIndex: value.color, isActive: true, count: this.get(id)?.count ?? 0 });
  }

  /** Takes over which labels a chat has. */
  assign(chat: Chat, labels: string[]): void {
    chat.labels = labels;
    const parentId = String(chat.id);
    for (const label of this._models) {
      const id = `${label.id}_Chat_${parentId}`;
      if (labels.includes(label.id)) {
        label.labelItemCollection.add({ id, labelId: label.id, parentType: 'Chat', parentId });
      } else label.labelItemCollection.remove(id);
      label.count = label.labelItemCollection.length;
    }
  }
}

export class Note extends BaseModel {}
defineAttributes(Note, {
  props: ['id', 'type', 'chatJid', 'content', 'createdAt', 'modifiedAt'],
  session: [],
});

/** Notes of a business account about its customers, by chat. */
export class NoteCollection extends BaseCollection<Note> {
  constructor() {
    super(Note);
  }

  ofChat(chat: string): Note | undefined {
    return this.get(`note_${chat}`);
  }

  /** @param content empty = no note. */
  write(chat: string, content: string): void {
    const known = this.ofChat(chat);
    const now = Math.floor(Date.now() / 1000);
    if (content === '') this.remove(`note_${chat}`);
    else if (known) known.set({ content, modifiedAt: now });
    else {
      const chatJid = chat.replace('@c.us', '@s.whatsapp.net');
      this.add({ id: `note_${chat}`, type: 'unstructured', chatJid, content, createdAt: now, modifiedAt: now });
    }
  }
}

/** A field that enumerating the object does not show. */
function hidden(of: object, name: string, value?: unknown): void {
  Object.defineProperty(of, name, { value, writable: true });
}
