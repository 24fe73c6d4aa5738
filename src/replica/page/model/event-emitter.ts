import type { Behaviours } from '../../../contracts/surface.ts';
import type { Chat } from './models.ts';

// A listener of any code in the page, called with the values that the event carries.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Listener = (...args: any[]) => unknown;

interface Registration {
  listener: Listener;
  context: unknown;
  once: boolean;
}

/** Event emitter of the page's models: several names in one string are separated by spaces. */
export class EventEmitter {
  /** By name; most of the many models of a page have none. */
  #listeners: Map<string, Registration[]> | undefined;

  on(names: string, listener: Listener, context?: unknown): this {
    return this.listen(names, { listener, context, once: false });
  }

  once(names: string, listener: Listener, context?: unknown): this {
    return this.listen(names, { listener, context, once: true });
  }

  /** Without a listener it removes all listeners of the names; without names it removes all listeners. */
  off(names?: string, listener?: Listener): this {
    for (const name of names ? names.split(/\s+/) : [...(this.#listeners?.keys() ?? [])]) {
      const kept = listener ? this.#of(name).filter((entry) => entry.listener !== listener) : [];
      this.#listeners?.set(name, kept);
    }
    return this;
  }

  trigger(names: string, ...args: unknown[]): this {
    if (!this.#listeners) return this;
    for (const name of names.split(/\s+/)) {
      for (const entry of [...this.#of(name)]) {
        if (entry.once) this.off(name, entry.listener);
        entry.listener.apply(entry.context ?? this, args);
      }
      if (name !== 'all') for (const entry of [...this.#of('all')]) entry.listener(name, ...args);
    }
    return this;
  }

  listenTo(other: EventEmitter, names: string, listener: Listener): this {
    other.on(names, listener, this);
    return this;
  }

  listenToOnce(other: EventEmitter, names: string, listener: Listener): this {
    other.once(names, listener, this);
    return this;
  }

  getListenersCount(name: string): number {
    return this.#of(name).length;
  }

  isListening(name: string): boolean {
    return this.#of(name).length > 0;
  }

  removeAllListeners(): this {
    return this.off();
  }

  private listen(names: string, entry: Registration): this {
    this.#listeners ??= new Map();
    for (const name of names.split(/\s+/)) this.#listeners.set(name, [...this.#of(name), entry]);
    return this;
  }

  #of(name: string): readonly Registration[] {
    return this.#listeners?.get(name) ?? [];
  }
}

/** Events between parts of the page; the name of each depends on the build. */
type CmdEvent =
  | 'logout'
  | 'starting_logout'
  | 'account_temporarily_banned'
  | 'offline_progress_update'
  | 'main_stream_mode_ready';

/** What the page's user can have done with a chat by the event bus. Each resolves when the server has it. */
export interface ChatCommands {
  archiveChat(chat: Chat, archive: boolean): Promise<void>;
  pinChat(chat: Chat, pin: boolean): Promise<void>;
  markChatUnread(chat: Chat, unread: boolean): Promise<void>;
  muteChat(chat: Chat, isMuted: boolean): Promise<void>;
}

/** The page's event bus. It has the methods `refreshQR` and `logout` only on builds with plain event names. */
export class Cmd extends EventEmitter implements ChatCommands {
  declare private readonly suffix: string;
  declare private chatCommands: ChatCommands;
  declare isMainStreamReadyMd: boolean;
  declare refreshQR?: () => void;
  declare logout?: (reason?: string) => void;

  constructor(events: Behaviours['cmdEvents']) {
    super();
    this.isMainStreamReadyMd = false;
    Object.defineProperty(this, 'suffix', { value: events === 'from_bridge' ? '_from_bridge' : '' });
  }

  useForChats(commands: ChatCommands): void {
    Object.defineProperty(this, 'chatCommands', { value: commands });
  }

  archiveChat(chat: Chat, archive: boolean): Promise<void> {
    return this.chatCommands.archiveChat(chat, archive);
  }

  pinChat(chat: Chat, pin: boolean): Promise<void> {
    return this.chatCommands.pinChat(chat, pin);
  }

  markChatUnread(chat: Chat, unread: boolean): Promise<void> {
    return this.chatCommands.markChatUnread(chat, unread);
  }

  /** Unmutes; what the page does to mute opens a dialog. */
  muteChat(chat: Chat, isMuted: boolean): Promise<void> {
    return this.chatCommands.muteChat(chat, isMuted);
  }

  /** Triggers the event under the name of the build. */
  tell(event: CmdEvent, ...args: unknown[]): void {
    this.trigger(`${event}${this.suffix}`, ...args);
  }
}
