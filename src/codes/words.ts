/**
 * The steps of an attempt in their order; each has its own deadline and timing. `code`, `message`, `disconnected` and `saved`
 * occur only in flows that are about them, `call` in flows that call other methods of the library.
 */
export const phases = [
  'install',
  'launch',
  'page',
  'qr',
  'code',
  'scan',
  'authenticated',
  'ready',
  'probe',
  'message',
  'call',
  'disconnected',
  'saved',
  'close',
] as const;

/** Whose fault a failure is. */
export const blames = ['library', 'web-build', 'browser', 'account', 'network', 'harness'] as const;

/** When the service starts a session again by itself: `after-login` means not before a login was accepted. */
export const retries = ['always', 'after-login', 'never'] as const;
