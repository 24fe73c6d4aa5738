/**
 * uPlot creates a number format for `navigator.language` when it is loaded. A Chromium without a locale (LANG=C) reports
 * `en-US@posix`, which no format accepts, and the page would stay empty. Import this before uPlot.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
