import type {
  LibraryConsoleMessage,
  LibraryFrame,
  LibraryPage,
  LibraryRequest,
  LibraryResponse,
} from './library-types.ts';
import { plainError } from './plain-error.ts';
import type { Report } from './report.ts';

/** Reports what happens in the page: since 1.25.0 the library swallows its errors there, so Node alone sees nothing. */
export function watchPage(page: LibraryPage, report: Report): void {
  page.on('pageerror', (error: unknown) => report('page:error', plainError(error)));
  page.on('console', (message: LibraryConsoleMessage) => {
    report('page:console', { level: message.type(), text: message.text() });
    // With no listener puppeteer lets go of the arguments by itself; with this one it would keep them alive in the page.
    for (const handle of message.args()) handle.dispose().catch(() => {});
  });
  page.on('requestfailed', (request: LibraryRequest) => {
    const error = request.failure()?.errorText ?? null;
    report('page:request-failed', { method: request.method(), url: request.url(), error });
  });
  page.on('response', (response: LibraryResponse) => {
    if (response.status() >= 400) report('page:http-error', { url: response.url(), status: response.status() });
  });
  page.on('framenavigated', (frame: LibraryFrame) => {
    report('page:navigated', { url: frame.url(), main: frame === page.mainFrame() });
  });
  page.on('load', () => report('page:loaded', { url: page.mainFrame().url() }));
  page.on('error', (error: unknown) => report('page:crashed', plainError(error)));
  page.on('close', () => report('page:closed', null));
}
