import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes what NODE_IMAGE has: a minimal Debian with this Node, its npm and the user `node`. As root, with debootstrap; about 350 MB, once.
 *
 * @param folder kept for the next time.
 */
export function debianTree(folder: string): string {
  if (existsSync(join(folder, 'ready'))) return folder;
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', folder], { stdio: 'pipe' });
  const modules = join(folder, 'usr', 'local', 'lib', 'node_modules');
  mkdirSync(modules, { recursive: true });
  cpSync(process.execPath, join(folder, 'usr', 'local', 'bin', 'node'));
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm']).toString().trim());
  cpSync(dirname(dirname(npm)), join(modules, 'npm'), { recursive: true });
  for (const [name, file] of [
    ['npm', 'npm-cli.js'],
    ['npx', 'npx-cli.js'],
  ])
    execFileSync('ln', [
      '-s',
      `../lib/node_modules/npm/bin/${file}`,
      join(folder, 'usr', 'local', 'bin', name as string),
    ]);
  execFileSync('chroot', [folder, 'useradd', '--uid', '1000', '--create-home', 'node']);
  writeFileSync(join(folder, 'ready'), '');
  return folder;
}

/** Gives a tree the registry of this machine: its name server and its certificate. Returns variables for npm. */
export function registryOf(folder: string): Record<string, string> {
  const setting = (name: string) => execFileSync('npm', ['config', 'get', name]).toString().trim();
  for (const file of ['resolv.conf', 'hosts'])
    cpSync(join('/etc', file), join(folder, 'etc', file), { dereference: true });
  const registry = { npm_config_registry: setting('registry') };
  const certificates = [setting('cafile'), process.env.NODE_EXTRA_CA_CERTS].find((file) => file && file !== 'null');
  if (certificates === undefined) return registry;
  const inside = '/etc/npm-certificates.pem';
  cpSync(certificates, join(folder, inside), { dereference: true });
  return { ...registry, npm_config_cafile: inside, NODE_EXTRA_CA_CERTS: inside };
}
