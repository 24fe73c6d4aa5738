import type { UnlinkedPage } from './pairings.ts';

/** How long a pairing code is valid. */
const codeMs = 180_000;

export interface CompanionHello {
  phone: string;
  code: string;
  advSecret: string;
  page: UnlinkedPage;
}

/** The pairing codes that pages requested. */
export class CompanionCodes {
  private readonly byCode = new Map<string, CompanionHello & { until: number }>();
  private readonly timeScale: number;

  constructor(timeScale: number) {
    this.timeScale = timeScale;
  }

  /** A page has one code at a time. */
  add(hello: CompanionHello): void {
    this.forget(hello.page);
    this.byCode.set(hello.code, { ...hello, until: performance.now() + codeMs * this.timeScale });
  }

  /** Returns the request behind a code, if the code was made for this phone. */
  find(code: string, phone: string): CompanionHello | 'unknown' | 'expired' {
    const hello = this.byCode.get(code);
    if (!hello || hello.phone !== phone) return 'unknown';
    return performance.now() <= hello.until ? hello : 'expired';
  }

  forget(page: UnlinkedPage): void {
    for (const [code, hello] of this.byCode) if (hello.page === page) this.byCode.delete(code);
  }
}
