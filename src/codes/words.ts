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

/** Whose fault a failure is. `machine`: where the service runs a session; an attempt that its machine spoils has the blame `harness`. */
export const blames = ['library', 'web-build', 'browser', 'account', 'network', 'machine', 'harness'] as const;

/**
 * When the service starts a session again by itself. `after-login`: not before a login was accepted. `endless`: the same, for as long as it
 * takes, since what failed is the machine, the network or another session: the circuit breaker does not count it. `endless-with-attention`: a person has to
 * mend something meanwhile.
 */
export const retries = ['always', 'after-login', 'endless', 'endless-with-attention', 'never'] as const;
