import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Layers of files, the topmost first; what a program writes goes to the topmost. */
export interface Tree {
  layers: readonly string[];
  /** A folder of its own for the mounts of the topmost layer. */
  work: string;
}

/** How a program is run in a tree. */
export interface Execution {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  folder: string;
  user: string;
}

export interface Ended {
  code: number | null;
  output: string;
}

/** A program in a tree, in namespaces that end with it. */
export interface Running {
  process: ChildProcess;
  /** What it has written so far. */
  output: string;
  /** Resolves to its exit code. */
  ended: Promise<number | null>;
  /** Runs another program beside it. */
  exec(execution: Execution): Promise<Ended>;
  /** Ends it as `docker stop` does. */
  stop(): Promise<void>;
}

/** Puts an empty layer on others. */
export function layerOn(layers: readonly string[], folder: string): Tree {
  const tree = { layers: [join(folder, 'files'), ...layers], work: join(folder, 'work') };
  for (const made of [tree.layers[0] as string, join(tree.work, 'overlay'), join(tree.work, 'root')])
    mkdirSync(made, { recursive: true });
  return tree;
}

/** The path of a file in the topmost layer that has it; null where none has. */
export function findInTree({ layers }: Tree, path: string): string | null {
  return layers.map((layer) => join(layer, path)).find((file) => existsSync(file)) ?? null;
}

/** Makes the tree the root of the mount namespace: in a chroot, Chromium could not make the namespaces of its sandbox. */
const enter = `
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK/overlay" "$WORK/root"
mount -t proc proc "$WORK/root/proc"
mount --rbind /dev "$WORK/root/dev"
mount --rbind /sys "$WORK/root/sys"
cd "$WORK/root"
mkdir -p mnt/before
pivot_root . mnt/before
umount --lazy /mnt/before
`;

/** Runs a command as a user. Its arguments: the user, the folder, then variables and the command. */
const asUser = 'user=$1 folder=$2; shift 2; exec chroot --userspec="$user" / /usr/bin/env -i -C "$folder" "$@"';

/** @param network the network of this machine, or a loopback address only. */
export function start(tree: Tree, execution: Execution, network: 'machine' | 'loopback'): Running {
  const [upper = '', ...lower] = tree.layers;
  const spaces = ['--mount', '--pid', '--fork', '--kill-child', ...(network === 'loopback' ? ['--net'] : [])];
  const script = `set -e\n${network === 'loopback' ? 'ip link set lo up' : ''}${enter}${asUser}`;
  const child = spawn('unshare', [...spaces, 'sh', '-c', script, 'sh', ...argumentsOf(execution)], {
    env: { PATH: process.env.PATH, UPPER: upper, LOWER: lower.join(':'), WORK: tree.work },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running: Running = {
    process: child,
    output: '',
    ended: once(child, 'close').then(([code]) => code as number | null),
    exec(other) {
      const of = `/proc/${child.pid}/ns`;
      const spaces = [`--pid=${of}/pid_for_children`, `--mount=${of}/mnt`, `--net=${of}/net`];
      const inside = [...spaces, '/bin/sh', '-c', asUser, 'sh'];
      return collect(spawn('nsenter', [...inside, ...argumentsOf(other)]));
    },
    async stop() {
      // The first process of the namespace, whose end ends all others; as another user it does not end with `unshare`.
      const [first] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
      if (first) process.kill(Number(first), 'SIGTERM');
      const patience = setTimeout(() => process.kill(Number(first), 'SIGKILL'), 30_000);
      await running.ended;
      clearTimeout(patience);
    },
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      running.output += text;
    });
  return running;
}

/** Runs a program with the network of this machine. */
export async function run(tree: Tree, execution: Execution): Promise<Ended> {
  const running = start(tree, execution, 'machine');
  return { code: await running.ended, output: running.output };
}

function argumentsOf({ command, env, folder, user }: Execution): string[] {
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const variables = Object.entries({ HOME: home, ...env }).map(([name, value]) => `${name}=${value}`);
  return [user, folder, ...variables, ...command];
}

async function collect(child: ChildProcess): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      output += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
