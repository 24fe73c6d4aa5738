import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../src/contracts/home.ts';
import { TroubleError } from '../../src/contracts/input-error.ts';

const version = 'v1.8.1';

/** A k6: from PATH, else one that was built here before, else built with Go from the module proxy into a local folder. */
export function ensureK6(): string {
  if (answers('k6')) return 'k6';
  const folder = home('tools', `k6-${version}`);
  const built = join(folder, 'k6');
  if (existsSync(built)) return built;
  if (!answers('go')) {
    throw new TroubleError(
      'The load test needs k6: install it (https://grafana.com/docs/k6/latest/set-up/install-k6/) so that `k6` is in PATH, or install Go 1.24 or newer, with which it is built here.',
    );
  }
  console.log(`Building k6 ${version} with Go into ${folder} (about 100 MB of modules, some minutes)`);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  execFileSync('go', ['install', `go.k6.io/k6@${version}`], { env, stdio: 'inherit' });
  return built;
}

function answers(program: string): boolean {
  return spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;
}
