import { Wid } from './wid.ts';

/** Key of a message: direction, chat and id; its text is `<fromMe>_<chat>_<id>[_<participant>]`. */
export interface MsgKey {
  readonly fromMe: boolean;
  readonly remote: Wid;
  readonly id: string;
  readonly participant?: Wid;
  readonly self?: string;
  toString(): string;
  equals(other: unknown): boolean;
  clone(): MsgKey;
}

export interface MsgKeyParts {
  fromMe?: boolean;
  remote?: Wid;
  id: string;
  participant?: Wid | undefined;
  self?: string;
  /** With `to` and `selfDir` instead of `fromMe` and `remote`. */
  from?: Wid;
  to?: Wid;
  selfDir?: 'in' | 'out';
}

export interface MsgKeyClass {
  new (parts: MsgKeyParts): MsgKey;
  from(key: MsgKey): MsgKey;
  fromString(text: string): MsgKey;
  newId(): Promise<string>;
  newId_DEPRECATED(): string;
}

/** Ids of WhatsApp Web begin with 3EB0. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return `3EB0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
}

/** @param textField own field in which the build keeps the key's text. */
export function createMsgKeyClass(textField: '_serialized' | '$1'): MsgKeyClass {
  return class Key implements MsgKey {
    readonly fromMe: boolean;
    readonly remote: Wid;
    readonly id: string;
    declare readonly participant?: Wid;
    declare readonly self?: string;

    constructor(parts: MsgKeyParts) {
      const remote = parts.remote ?? (parts.selfDir === 'in' ? parts.from : parts.to);
      if (!remote || !parts.id) throw new Error('MsgKey: remote and id are needed');
      this.fromMe = parts.fromMe ?? parts.selfDir !== 'in';
      this.remote = remote;
      this.id = parts.id;
      if (parts.participant) this.participant = parts.participant;
      if (parts.self ?? parts.selfDir) this.self = (parts.self ?? parts.selfDir) as string;
      const tail = parts.participant ? `_${parts.participant}` : '';
      Object.defineProperty(this, textField, {
        value: `${this.fromMe}_${this.remote}_${this.id}${tail}`,
        enumerable: true,
      });
    }

    static from(key: MsgKey): MsgKey {
      return new Key(key);
    }

    static fromString(text: string): MsgKey {
      const [fromMe, remote, id, participant] = text.split('_');
      if ((fromMe !== 'true' && fromMe !== 'false') || !remote || !id) throw new Error(`MsgKey: invalid text ${text}`);
      return new Key({
        fromMe: fromMe === 'true',
        remote: new Wid(remote),
        id,
        participant: participant ? new Wid(participant) : undefined,
      });
    }

    static newId(): Promise<string> {
      return Promise.resolve(randomId());
    }

    static newId_DEPRECATED(): string {
      return randomId();
    }

    toString(): string {
      return (this as unknown as Record<string, string>)[textField] as string;
    }

    equals(other: unknown): boolean {
      return String(this) === String(other);
    }

    clone(): MsgKey {
      return new Key(this);
    }
  };
}
