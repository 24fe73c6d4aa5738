import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../src/contracts/home.ts';

export interface GoTool {
  name: string;
  /** What `go install` takes, without the version. */
  module: string;
  version: string;
  /** An argument with which the program answers at once. */
  asks: string;
}

/**
 * A program that is written in Go: from PATH, else one that was built here before, else built with Go from the module proxy into a
 * local folder. Null where there is no Go, or the module cannot be had.
 */
export function goTool({ name, module, version, asks }: GoTool): string | null {
  if (answers(name, asks)) return name;
  const folder = home('tools', `${name}-${version}`);
  const built = join(folder, name);
  if (existsSync(built)) return built;
  const go = findGo();
  if (go === null) return null;
  console.log(`Building ${name} ${version} with Go into ${folder} (some minutes)`);
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  try {
    execFileSync(go, ['install', `${module}@${version}`], { env, stdio: 'inherit' });
  } catch {
    return null;
  }
  return built;
}

/** Go 1.24 or newer, from PATH or where its own archive is unpacked to; null where there is none. */
export function findGo(): string | null {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    const { stdout } = spawnSync(go, ['version'], { encoding: 'utf8' });
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
    if (Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 24)) return go;
  }
  return null;
}

/** True when a program is in PATH. */
export function answers(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).status === 0;
}
