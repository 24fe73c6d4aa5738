import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { home } from '../../src/contracts/home.ts';

const run = promisify(execFile);

/** Programs by the names that Debian and others give them, and the packages that bring them. */
const programs = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  amtool: ['amtool'],
} as const;
const packages = ['prometheus', 'prometheus-alertmanager'];

export type PrometheusPrograms = Record<keyof typeof programs, string>;

/**
 * Prometheus, promtool and Alertmanager of this machine. Where they are missing they are unpacked from the system's packages
 * into the project's home: nothing is installed, and no service is started.
 */
export async function findPrometheus(): Promise<PrometheusPrograms> {
  const found = lookAround();
  if (found) return found;
  const folder = home('prometheus');
  mkdirSync(folder, { recursive: true });
  try {
    const download = () => run('apt-get', ['download', '-qq', ...packages], { cwd: folder });
    await download().catch(() => run('apt-get', ['update', '-qq']).then(download));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(folder, file), folder]);
    }
  } catch (error) {
    throw new Error(
      `These tests need prometheus, promtool and alertmanager in PATH; on Debian the packages ${packages.join(' and ')} have them: ${(error as Error).message}`,
    );
  }
  const unpacked = lookAround();
  if (unpacked) return unpacked;
  throw new Error(`the packages ${packages.join(' and ')} were unpacked to ${folder}, and yet a program is missing`);
}

function lookAround(): PrometheusPrograms | null {
  const found = Object.entries(programs).map(([name, names]) => [name, findProgram(names)]);
  if (found.some(([, path]) => path === null)) return null;
  const all = Object.fromEntries(found) as PrometheusPrograms;
  const isUnpacked = all.alertmanager.startsWith(home('prometheus'));
  return isUnpacked ? { ...all, alertmanager: withItsFiles(all.alertmanager) } : all;
}

/** Debian's Alertmanager reads templates below /usr/share: this script shows it those of its package there, in a namespace of its own. */
function withItsFiles(program: string): string {
  const script = home('prometheus', 'alertmanager.sh');
  const files = `lowerdir=${home('prometheus')}/usr/share:/usr/share`;
  writeFileSync(
    script,
    `#!/bin/sh
[ "$(id -u)" = 0 ] || as=--map-root-user
exec unshare --mount $as sh -c 'mount -t overlay overlay -o "$0" /usr/share && exec "$@"' '${files}' '${program}' "$@"
`,
    { mode: 0o755 },
  );
  return script;
}

function findProgram(names: readonly string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), home('prometheus', 'usr', 'bin')];
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}
