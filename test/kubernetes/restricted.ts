import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import type { Container, Pod } from '../deploy/kubernetes/manifests.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The user of the images. */
const user = 1000;

/**
 * What the manifests demand of a container runtime, with the file system of this machine as the image: a mount namespace with a read-only root
 * and the volumes, a host name, the user without groups, capabilities and ways to get some. Its arguments: the host name, pairs of a path and
 * the folder that is mounted there, `--`, and the command.
 */
const enter = `
set -e
hostname "$1"; shift
mount -t tmpfs tmpfs "$WORK"
mkdir "$WORK/upper" "$WORK/overlay" "$WORK/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$WORK/upper,workdir=$WORK/overlay" "$WORK/root"
for each in dev proc sys; do mount --rbind "/$each" "$WORK/root/$each"; done
while [ "$1" != -- ]; do mkdir -p "$WORK/root$1"; mount --bind "$2" "$WORK/root$1"; shift 2; done
shift
cd "$WORK/root"
mkdir -p mnt/before
pivot_root . mnt/before
umount --lazy /mnt/before
mount -o remount,bind,ro /
cd /data
exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
`;

/** A pod with folders in place of its volumes, which its containers share one after another. */
export class RestrictedPod {
  readonly #name: string;
  readonly #image: Readonly<Record<string, string>>;
  readonly #folders: ReadonlyMap<string, string>;

  /** @param image folders by their path in the image. */
  constructor(name: string, { volumes = [] }: Pod, image: Readonly<Record<string, string>>) {
    this.#name = name;
    this.#image = image;
    this.#folders = new Map(volumes.map((volume) => [volume.name, ownFolder()]));
  }

  /** The folder in place of a volume. */
  folderOf(volume: string): string {
    return this.#folders.get(volume) as string;
  }

  /** Starts a command in a container. */
  spawn(container: Container, command: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
    const mounts = { ...this.#image, ...this.#volumesOf(container) };
    const variables = Object.entries({
      PATH: process.env.PATH,
      HOME: '/home/node',
      WWEBJS_CANARY_HOME: '/data',
      ...environment,
    });
    const env = ['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`)];
    const args = [this.#name, ...Object.entries(mounts).flat(), '--', ...env, ...command];
    return spawn('unshare', ['--mount', '--uts', 'sh', '-c', enter, 'sh', ...args], {
      env: { PATH: process.env.PATH, WORK: temporaryFolder() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Starts the program in a container. */
  start(container: Container, args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
    const program = [process.execPath, join(packageRoot, 'src', 'cli', 'main.ts')];
    return this.spawn(container, [...program, ...args], environment);
  }

  /** Without a volume there, /data is what the image has. */
  #volumesOf({ volumeMounts = [] }: Container): Record<string, string> {
    return Object.fromEntries(volumeMounts.map(({ name, mountPath }) => [mountPath, this.folderOf(name)]));
  }
}

function ownFolder(): string {
  const folder = join(temporaryFolder(), 'volume');
  mkdirSync(folder);
  chownSync(folder, user, user);
  return folder;
}
