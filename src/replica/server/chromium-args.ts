import { hostName } from './certificate.ts';

/**
 * Arguments with which a Chromium takes the replica for the real site: the real origin leads to it, its key is the only one
 * that is trusted beyond the usual ones, and no other host resolves to anything.
 */
export function chromiumArgs(port: number, spki: string): string[] {
  return [
    `--host-resolver-rules=MAP ${hostName} 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    `--ignore-certificate-errors-spki-list=${spki}`,
  ];
}
