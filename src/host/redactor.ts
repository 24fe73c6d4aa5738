/** Keeps pairing material out of records: the QR text, each of its keys, and pairing codes. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Remembers a QR text or a pairing code. Fields too short to be a key or a ref (`1`, `web`) and links are no secrets. */
  learn(text: string): void {
    for (const part of [text, ...text.split(',')]) {
      if (part.length >= 8 && !(part.includes('://') && !part.includes(','))) this.#secrets.add(part);
    }
  }

  /** A copy of plain data without any remembered secret. */
  clean<T>(value: T): T {
    return this.#secrets.size === 0 ? value : (this.#cleaned(value) as T);
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
    return clean;
  }
}
