import type {
  Emitter,
  LibraryConsoleMessage,
  LibraryFrame,
  LibraryPage,
  LibraryRequest,
  LibraryResponse,
} from './library-types.ts';
import { plainError } from './plain-value.ts';
import type { Report } from './report.ts';

/** Reports what happens in the page: since 1.25.0 the library swallows its errors there, so Node alone sees nothing. */
export function watchPage(page: LibraryPage, report: Report): void {
  page.on('pageerror', (error: unknown) => report({ type: 'page:error', detail: plainError(error) }));
  page.on('console', (message: LibraryConsoleMessage) => {
    report({ type: 'page:console', detail: { level: message.type(), text: message.text() } });
    // With no listener puppeteer lets go of the arguments by itself; with this one it would keep them alive in the page.
    for (const handle of message.args()) handle.dispose().catch(() => {});
  });
  page.on('requestfailed', (request: LibraryRequest) => {
    const error = request.failure()?.errorText ?? null;
    report({ type: 'page:request-failed', detail: { method: request.method(), url: request.url(), error } });
  });
  watchAddresses(page, report);
  page.on('load', () => report({ type: 'page:loaded', detail: { url: page.mainFrame().url() } }));
  page.on('error', (error: unknown) => report({ type: 'page:crashed', detail: plainError(error) }));
  page.on('close', () => report({ type: 'page:closed', detail: null }));
}

/** Reports where the page goes, and what is answered with an error. */
export function watchAddresses(page: Emitter & Pick<LibraryPage, 'mainFrame'>, report: Report): void {
  page.on('response', (response: LibraryResponse) => {
    const status = response.status();
    if (status >= 400) report({ type: 'page:http-error', detail: { url: response.url(), status } });
  });
  page.on('framenavigated', (frame: LibraryFrame) => {
    report({ type: 'page:navigated', detail: { url: frame.url(), main: frame === page.mainFrame() } });
  });
}
