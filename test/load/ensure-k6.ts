import { TroubleError } from '../../src/contracts/input-error.ts';
import { goTool } from '../support/go-tool.ts';

/** A k6: from PATH, else built with Go into a local folder. */
export function ensureK6(): string {
  const k6 = goTool({ name: 'k6', module: 'go.k6.io/k6', version: 'v1.8.1', asks: 'version' });
  if (k6 !== null) return k6;
  throw new TroubleError(
    'The load test needs k6: install it (https://grafana.com/docs/k6/latest/set-up/install-k6/) so that `k6` is in PATH, or install Go 1.24 or newer, with which it is built here.',
  );
}
