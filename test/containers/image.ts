import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Copy, DockerfileParser } from 'dockerfile-ast';
import { layerOn, type Running, run, start, type Tree } from './tree.ts';

/** A tree with what a Dockerfile says about how it is started. */
export interface Image {
  tree: Tree;
  env: Record<string, string>;
  folder: string;
  user: string;
  entrypoint: string[];
  cmd: string[];
  healthcheck: string[];
}

/** What images are made of. */
export interface Workshop {
  /** The tree of NODE_IMAGE. */
  base: string;
  /** An empty folder. */
  folder: string;
  /** The build context, a git repository. */
  context: string;
  /** Added to the environment of every RUN, such as the address of the registry. */
  env: Record<string, string>;
  say(line: string): void;
}

const fresh: Omit<Image, 'tree'> = {
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  folder: '/',
  user: 'root',
  entrypoint: [],
  cmd: [],
  healthcheck: [],
};

/**
 * Follows the steps of a Dockerfile without a container engine: each stage is a layer over what it continues, each RUN runs in it by chroot.
 * Knows the instructions that the Dockerfile of this project uses, and refuses others.
 *
 * @returns the image of each stage.
 */
export async function buildImages(dockerfile: string, workshop: Workshop): Promise<ReadonlyMap<string, Image>> {
  const images = new Map<string, Image>();
  const args: Record<string, string> = {};
  let image: Image | null = null;
  for (const instruction of DockerfileParser.parse(readFileSync(dockerfile, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const text = instruction.getArgumentsContent() ?? '';
    workshop.say(`${keyword} ${text}`);
    if (keyword === 'ARG') {
      const [key = '', value = ''] = text.split(/=(.*)/s);
      args[key] = value;
    } else if (keyword === 'FROM') {
      const [from = '', , name = ''] = text.split(' ');
      const layers = images.get(from)?.tree.layers ?? [workshop.base];
      image = { ...structuredClone(images.get(from) ?? fresh), tree: layerOn(layers, join(workshop.folder, name)) };
      images.set(name, image);
    } else if (keyword === 'COPY' && image) {
      const from = (instruction as Copy).getFromFlag()?.getValue() ?? null;
      copy(from, text, image, images, workshop.context);
    } else if (image) await follow(keyword, text, image, { args, workshop });
    else throw new Error(`${keyword} before FROM`);
  }
  return images;
}

async function follow(
  keyword: string,
  text: string,
  image: Image,
  { args, workshop }: { args: Record<string, string>; workshop: Workshop },
): Promise<void> {
  switch (keyword) {
    case 'WORKDIR':
      await inImage({ ...image, user: 'root', folder: '/' }, ['mkdir', '-p', resolve(image.folder, text)], {});
      image.folder = resolve(image.folder, text);
      return;
    case 'USER':
      image.user = text;
      return;
    case 'ENV':
      for (const pair of text.split(' ')) image.env[pair.split('=')[0] as string] = pair.split(/=(.*)/s)[1] ?? '';
      return;
    case 'ENTRYPOINT':
      // A new entrypoint resets the command of the image that it continues.
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
    case 'RUN':
      return inImage(image, ['/bin/sh', '-c', text], { ...args, ...workshop.env });
    default:
      throw new Error(`${keyword} is not known here`);
  }
}

async function inImage({ tree, folder, user, ...image }: Image, command: string[], env: Record<string, string>) {
  const ended = await run(tree, { command, env: { ...image.env, ...env }, folder, user });
  if (ended.code !== 0) throw new Error(`${command.join(' ')} ended with ${ended.code}:\n${ended.output}`);
}

/** @param from the stage that has the files; null for the build context. */
function copy(
  from: string | null,
  text: string,
  { tree, folder }: Image,
  images: ReadonlyMap<string, Image>,
  context: string,
): void {
  const [source = '', target = ''] = text.split(' ');
  const to = join(tree.layers[0] as string, resolve(folder, target));
  if (from === null) {
    // The files of the repository are what .dockerignore leaves of a checkout.
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: context, maxBuffer: 2 ** 26 })
      .toString()
      .split('\0');
    for (const file of files.filter((name) => name !== '' && existsSync(join(context, name))))
      cpSync(join(context, source, file), join(to, file), { recursive: true });
    return;
  }
  // What a stage made is in its own layer.
  const made = join(images.get(from)?.tree.layers[0] ?? '', source);
  mkdirSync(resolve(to, '..'), { recursive: true });
  cpSync(made, to, { recursive: true, verbatimSymlinks: true });
}

/** What a container is: a layer on an image, in which it can be started again and again. */
export class Container {
  readonly image: Image;
  readonly #tree: Tree;

  /** @param folder an empty one. */
  constructor(image: Image, folder: string) {
    this.image = image;
    this.#tree = layerOn(image.tree.layers, folder);
  }

  /** Starts it as `docker run --network none` does. @param args in place of those of the image. */
  start(args = this.image.cmd, env: Record<string, string> = {}): Running {
    const { entrypoint, folder, user } = this.image;
    const command = [...entrypoint, ...args];
    return start(this.#tree, { command, env: { ...this.image.env, ...env }, folder, user }, 'loopback');
  }

  /** Asks the health check until it passes. */
  async isHealthy(running: Running, seconds: number): Promise<boolean> {
    const { healthcheck: command, env, folder, user } = this.image;
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end && running.process.exitCode === null) {
      if ((await running.exec({ command, env, folder, user })).code === 0) return true;
      await sleep(500);
    }
    return false;
  }
}
