import type { OpenSessionHost, SessionHost, SessionHostSpec } from './session-host.ts';

/**
 * The host of a session, if it opens within `ms` milliseconds and nobody aborts it meanwhile; what comes of it later is ended.
 *
 * @throws what `openHost` throws, and the reason of the abort.
 */
export async function openInTime(
  openHost: OpenSessionHost,
  spec: SessionHostSpec,
  opening: AbortController,
  ms: number,
): Promise<SessionHost> {
  spec.signal.throwIfAborted();
  const late = setTimeout(() => opening.abort(), ms);
  const aborted = new Promise<never>((_, reject) => {
    spec.signal.addEventListener('abort', () => reject(spec.signal.reason));
  });
  const opened = openHost(spec);
  try {
    const host = await Promise.race([opened, aborted]);
    host.liveFor(spec.restMs());
    return host;
  } catch (error) {
    opened.then((host) => host.kill()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(late);
  }
}
