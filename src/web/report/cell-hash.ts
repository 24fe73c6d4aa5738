import type { Cell } from '../../contracts/attempt.ts';
import { switchesText } from '../../contracts/switches.ts';

/** The deep link of a cell: `#1.34.7/2.3000.1044822804/current/qr-to-ready/none/replica`. It stays the same from run to run. */
export function cellHash({ library, build, browser, flow, condition, switches, target }: Cell): string {
  return `#${[library, build, browser, flow, condition, switchesText(switches), target].map(encodeURIComponent).join('/')}`;
}
