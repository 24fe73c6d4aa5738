import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DockerfileParser } from 'dockerfile-ast';

/** A tree of files with what a Dockerfile says about how it is started. */
export interface Image {
  root: string;
  env: Record<string, string>;
  folder: string;
  user: string;
  entrypoint: string[];
  cmd: string[];
  healthcheck: string[];
}

/** Where trees are made, and what they are made of. */
export interface Workshop {
  /** The tree of NODE_IMAGE. */
  base: string;
  /** A folder for the tree of each stage. */
  stages: string;
  /** The build context. */
  context: string;
  /** Added to the environment of every RUN, such as the address of the registry. */
  env: Record<string, string>;
  say(line: string): void;
}

/**
 * Follows the steps of a Dockerfile up to a target, each RUN in a chroot, since no container engine is at hand. Knows the instructions that the
 * Dockerfile of this project uses, and refuses others.
 */
export async function buildImage(dockerfile: string, target: string, workshop: Workshop): Promise<Image> {
  const images = new Map<string, Image>();
  const args: Record<string, string> = {};
  let image: Image | null = null;
  let name = '';
  for (const instruction of DockerfileParser.parse(readFileSync(dockerfile, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const text = instruction.getArgumentsContent() ?? '';
    if (keyword === 'ARG') {
      const [key = '', value = ''] = text.split(/=(.*)/s);
      args[key] ??= value;
      continue;
    }
    if (keyword === 'FROM') {
      if (image) images.set(name, image);
      if (name === target) return image as Image;
      const [from = '', , as = ''] = text.split(' ');
      name = as;
      workshop.say(`stage ${name}`);
      image = startStage(images.get(from), name, workshop);
      continue;
    }
    if (!image) throw new Error(`${keyword} before FROM`);
    workshop.say(`${keyword} ${text.slice(0, 100)}`);
    await follow(keyword, text, image, { images, args, workshop });
  }
  if (name !== target || !image) throw new Error(`${dockerfile} has no target ${target}`);
  return image;
}

function startStage(from: Image | undefined, name: string, { base, stages }: Workshop): Image {
  const root = join(stages, name);
  execFileSync('cp', ['-a', '--reflink=auto', from?.root ?? base, root]);
  const node: Omit<Image, 'root'> = {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    folder: '/',
    user: 'root',
    entrypoint: [],
    cmd: [],
    healthcheck: [],
  };
  return { ...structuredClone(from ?? node), root };
}

async function follow(
  keyword: string,
  text: string,
  image: Image,
  { images, args, workshop }: { images: ReadonlyMap<string, Image>; args: Record<string, string>; workshop: Workshop },
): Promise<void> {
  switch (keyword) {
    case 'WORKDIR':
      image.folder = resolve(image.folder, text);
      mkdirSync(join(image.root, image.folder), { recursive: true });
      return;
    case 'USER':
      image.user = text;
      return;
    case 'ENV':
      for (const pair of text.split(' ')) image.env[pair.split('=')[0] as string] = pair.split(/=(.*)/s)[1] ?? '';
      return;
    case 'ENTRYPOINT':
      // A new entrypoint resets the command that the base image set.
      Object.assign(image, { entrypoint: JSON.parse(text), cmd: [] });
      return;
    case 'CMD':
      image.cmd = JSON.parse(text);
      return;
    case 'HEALTHCHECK':
      image.healthcheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4));
      return;
    case 'EXPOSE':
      return;
    case 'COPY':
      copy(text, image, images, workshop.context);
      return;
    case 'RUN': {
      const { code, output } = await run(image, ['/bin/sh', '-c', text], { ...args, ...workshop.env });
      if (code !== 0) throw new Error(`RUN ${text} ended with ${code}:\n${output}`);
      return;
    }
    default:
      throw new Error(`${keyword} is not known here`);
  }
}

function copy(text: string, image: Image, images: ReadonlyMap<string, Image>, context: string): void {
  const [, from, source = '', target = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(text) ?? [];
  const to = join(image.root, resolve(image.folder, target));
  if (from !== undefined) {
    const stage = images.get(from);
    if (!stage) throw new Error(`COPY from ${from}: there is no such stage`);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(stage.root, source), to, { recursive: true, verbatimSymlinks: true });
    return;
  }
  // The files of the repository are what .dockerignore leaves of a checkout.
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: context, maxBuffer: 2 ** 26 })
    .toString()
    .split('\0');
  for (const file of files.filter((name) => name !== '' && existsSync(join(context, name))))
    cpSync(join(context, source, file), join(to, file), { recursive: true });
}

/** A container without an engine: a program in an image as its user, in namespaces that end with it. */
export interface Container {
  process: ChildProcess;
  /** What it has written so far. */
  output: string;
  /** Runs another program in it. */
  exec(command: readonly string[]): Promise<Ended>;
  stop(): Promise<void>;
}

interface Ended {
  code: number | null;
  output: string;
}

/** Starts an image, with a network that has a loopback address only. */
export function start(
  image: Image,
  { env = {}, args = image.cmd }: { env?: Record<string, string>; args?: string[] } = {},
): Container {
  const child = spawn(
    'unshare',
    [
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      `ip link set lo up; ${enter}`,
      'sh',
      ...entered(image, [...image.entrypoint, ...args], env),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const container: Container = {
    process: child,
    output: '',
    exec: (command) =>
      collect(
        spawn('nsenter', [
          `--net=/proc/${child.pid}/ns/net`,
          'unshare',
          '--mount',
          '--pid',
          '--fork',
          '--kill-child',
          'sh',
          '-c',
          enter,
          'sh',
          ...entered(image, command, env),
        ]),
      ),
    async stop() {
      const gone = once(child, 'close');
      if (child.exitCode === null && child.kill('SIGKILL')) await gone;
    },
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      container.output += text;
    });
  return container;
}

/** Runs a program in an image with the network of this machine. */
function run(image: Image, command: readonly string[], env: Record<string, string>): Promise<Ended> {
  return collect(
    spawn('unshare', [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      enter,
      'sh',
      ...entered(image, command, env),
    ]),
  );
}

const enter =
  'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; root=$1 user=$2 folder=$3; shift 3; exec chroot --userspec="$user" "$root" /usr/bin/env -i -C "$folder" "$@"';

/** The arguments of `enter`. */
function entered(image: Image, command: readonly string[], env: Record<string, string>): string[] {
  const home = image.user === 'root' ? '/root' : `/home/${image.user}`;
  const variables = Object.entries({ ...image.env, HOME: home, ...env }).map(([name, value]) => `${name}=${value}`);
  return [image.root, image.user, image.folder, ...variables, ...command];
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

/** Asks the health check of a container until it passes. */
export async function untilHealthy(container: Container, { healthcheck }: Image, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && container.process.exitCode === null) {
    if ((await container.exec(healthcheck)).code === 0) return true;
    await sleep(500);
  }
  return false;
}
