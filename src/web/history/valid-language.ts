/**
 * uPlot makes a number format for `navigator.language` when it is loaded. A Chromium without a locale (LANG=C) calls itself
 * `en-US@posix`, which no format accepts, and the page would stay empty. To be imported before uPlot.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
