import type { Cell } from '../../contracts/attempt.ts';

/** The deep link of a cell: `#1.34.7/2.3000.1044822804/current/qr-to-ready/none/replica`. It stays the same from run to run. */
export function cellHash({ library, build, browser, flow, condition, target }: Cell): string {
  return `#${[library, build, browser, flow, condition, target].map(encodeURIComponent).join('/')}`;
}
