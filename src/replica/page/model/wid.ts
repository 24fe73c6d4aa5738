export type WidServer = 'c.us' | 'lid' | 'g.us' | 'broadcast' | 'newsletter' | 's.whatsapp.net';

/** Id of a person, group, broadcast list or channel: `<user>[:<device>]@<server>`. */
export class Wid {
  readonly server: string;
  readonly user: string;
  /** Wids have their text in this field on every build; message keys do not. */
  readonly _serialized: string;
  declare readonly device?: number;

  /** @throws when the text is no id. */
  constructor(text: string) {
    const match = /^([\w.-]+)(?::(\d+))?@(?:c\.us|s\.whatsapp\.net|lid|g\.us|broadcast|newsletter)$/.exec(text);
    if (!match) throw new Error('wid error: invalid wid');
    const server = text.slice(text.indexOf('@') + 1);
    this.server = server === 's.whatsapp.net' ? 'c.us' : server;
    this.user = match[1] as string;
    if (match[2] !== undefined) this.device = Number(match[2]);
    this._serialized = `${this.user}${match[2] ? `:${match[2]}` : ''}@${this.server}`;
  }

  static isXWid(server: string, text: unknown): boolean {
    return String(text).endsWith(`@${server}`);
  }

  static isWid(text: unknown): boolean {
    try {
      new Wid(String(text));
      return true;
    } catch {
      return false;
    }
  }

  static isUser(text: unknown): boolean {
    return Wid.isXWid('c.us', text) || Wid.isXWid('lid', text);
  }

  static isGroup(text: unknown): boolean {
    return Wid.isXWid('g.us', text);
  }

  static isBroadcast(text: unknown): boolean {
    return Wid.isXWid('broadcast', text);
  }

  static isNewsletter(text: unknown): boolean {
    return Wid.isXWid('newsletter', text);
  }

  static equals(a: unknown, b: unknown): boolean {
    return String(a) === String(b);
  }

  isUser(): boolean {
    return this.server === 'c.us' || this.server === 'lid';
  }

  isRegularUser(): boolean {
    return this.isUser() && !this.isPSA();
  }

  isRegularUserPn(): boolean {
    return this.server === 'c.us' && !this.isPSA();
  }

  isLid(): boolean {
    return this.server === 'lid';
  }

  isGroup(): boolean {
    return this.server === 'g.us';
  }

  isBroadcast(): boolean {
    return this.server === 'broadcast';
  }

  isStatus(): boolean {
    return this._serialized === 'status@broadcast';
  }

  isNewsletter(): boolean {
    return this.server === 'newsletter';
  }

  isServer(): boolean {
    return this._serialized === 'server@c.us';
  }

  isPSA(): boolean {
    return this._serialized === '0@c.us';
  }

  isBot(): boolean {
    return false;
  }

  isCompanion(): boolean {
    return this.device !== undefined && this.device !== 0;
  }

  getDeviceId(): number {
    return this.device ?? 0;
  }

  getJidServer(): string {
    return this.server === 'c.us' ? 's.whatsapp.net' : this.server;
  }

  toJid(): string {
    return `${this.user}@${this.getJidServer()}`;
  }

  equals(other: unknown): boolean {
    return Wid.equals(this, other);
  }

  toString(): string {
    return this._serialized;
  }

  toLogString(): string {
    return this._serialized;
  }

  toJSON(): string {
    return this._serialized;
  }
}
