import type { LibraryPage, LibraryRequest } from './library-types.ts';
import type { Report } from './report.ts';

/** Reports each request of the page at its end, for a trace: `page:request`. */
export function watchRequests(page: LibraryPage, report: Report): void {
  const began = new WeakMap<LibraryRequest, number>();
  const sizes = new SizesByRequest(page);
  const over = async (request: LibraryRequest) => {
    const ms = performance.now() - (began.get(request) ?? performance.now());
    const response = request.response();
    const bytes = await sizes.of(request);
    report({
      type: 'page:request',
      detail: {
        ms: Math.round(ms * 10) / 10,
        method: request.method(),
        url: bareUrl(request.url()),
        type: request.resourceType(),
        status: response?.status() ?? null,
        bytes: bytes ?? lengthOf(response?.headers()['content-length']),
        error: request.failure()?.errorText ?? null,
      },
    });
  };
  page.on('request', (request: LibraryRequest) => began.set(request, performance.now()));
  page.on('requestfinished', over);
  page.on('requestfailed', over);
}

/** What went over the wire for each request. Puppeteer keeps it to itself; where it is not to be had, the header has to do. */
class SizesByRequest {
  readonly #sizes = new Map<string, number>();

  constructor(page: LibraryPage) {
    try {
      page._client?.().on('Network.loadingFinished', ({ requestId, encodedDataLength }: Finished) => {
        this.#sizes.set(requestId, encodedDataLength);
      });
    } catch {
      // Another puppeteer, which has no such session.
    }
  }

  /** Puppeteer tells of the end of a request from within the same event, so the size is known a moment later. */
  async of({ id, _requestId }: LibraryRequest): Promise<number | null> {
    await Promise.resolve();
    const key = id ?? _requestId ?? '';
    const bytes = this.#sizes.get(key) ?? null;
    this.#sizes.delete(key);
    return bytes;
  }
}

interface Finished {
  requestId: string;
  /** In bytes, with headers. */
  encodedDataLength: number;
}

/** An address without what may be personal: the content of a `data:` address, the values of a query, a segment that is a phone number. */
export function bareUrl(text: string): string {
  const url = URL.parse(text);
  if (!url) return '';
  if (url.origin === 'null') return `${url.protocol}…`;
  const path = url.pathname.replaceAll(/(?<=\/)\+?\d{7,15}(?=\/|$)/g, '…');
  const query = [...url.searchParams.keys()].map((name) => `${name}=…`).join('&');
  return `${url.origin}${path}${query && `?${query}`}`;
}

function lengthOf(header: string | undefined): number | null {
  const bytes = Number(header);
  return header !== undefined && Number.isInteger(bytes) && bytes >= 0 ? bytes : null;
}
