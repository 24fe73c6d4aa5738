/** Keeps pairing material out of records: the QR text, each of its keys, and pairing codes. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #masksPersonal: boolean;

  /** @param masksPersonal also keeps out ids, numbers and addresses of people: what a live page says may have them. */
  constructor(masksPersonal = false) {
    this.#masksPersonal = masksPersonal;
  }

  /** Remembers a QR text or a pairing code. Fields too short to be a key or a ref (`1`, `web`) and links are no secrets. */
  learn(text: string): void {
    for (const part of [text, ...text.split(',')]) {
      if (part.length >= 8 && !(part.includes('://') && !part.includes(','))) this.#secrets.add(part);
    }
  }

  /** A copy of plain data without any remembered secret. */
  clean<T>(value: T): T {
    return this.#secrets.size === 0 && !this.#masksPersonal ? value : (this.#cleaned(value) as T);
  }

  #cleaned(value: unknown): unknown {
    if (typeof value === 'string') return this.#cleanText(value);
    if (Array.isArray(value)) return value.map((item) => this.#cleaned(item));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#cleaned(item)]));
  }

  #cleanText(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[redacted]');
    return this.#masksPersonal ? withoutPeople(clean) : clean;
  }
}

const personalId = /(?<!\d)[\d:.-]+@(?:c\.us|s\.whatsapp\.net|g\.us|lid|newsletter|broadcast)\b/g;
const mailAddress = /[\w.+-]+@[\w-]+\.[\w.-]*\w/g;
/** The old form of the id of a group: the number of who made it, and when. */
const groupId = /(?<![\d-])\d{8,15}-\d{10}(?!\d)/g;
/** Digits of an international number: not those of a build, a version, a time or a hash. An escaped character may stand before them. */
const phoneNumber = /(?:(?<![\d.\-A-Za-z])|(?<=%2B|\\u002B|\\[nrt]))\+?\d{8,15}(?![\d\-A-Za-z])/gi;
/** The address of a file of a person, such as a picture. Scripts are on another host. */
const media = /\bhttps?:\/\/(?!static\.)[\w.-]+\.(?:whatsapp|fbcdn)\.net\/[^\s"'<>)]+/g;
/** A number as people write it. */
const spacedNumber = /\+\d{1,3}(?:[ ().-]{1,2}\d{2,5}){2,5}/g;

function withoutPeople(text: string): string {
  return text
    .replaceAll(media, '[media]')
    .replaceAll(personalId, '[id]')
    .replaceAll(groupId, '[id]')
    .replaceAll(mailAddress, '[address]')
    .replaceAll(spacedNumber, '[number]')
    .replaceAll(phoneNumber, '[number]');
}
