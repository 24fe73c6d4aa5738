import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Container, environmentOf, expand, type Pod, type Probe, type Values } from './manifests.ts';

/** Starts the program with arguments, and with an environment besides what the image sets. Its output is piped. */
export type Launch = (args: readonly string[], environment: Readonly<Record<string, string>>) => ChildProcess;

export interface Given {
  secrets: Values;
  configs: Values;
  launch: Launch;
}

/** What a kubelet does with a container of a manifest, with a process in place of the container. */
export class ContainerProcess {
  readonly #container: Container;
  readonly #environment: Record<string, string>;
  readonly #launch: Launch;
  #process: ChildProcess | null = null;
  #port: number | null = null;

  constructor(container: Container, given: Given) {
    this.#container = container;
    this.#environment = environmentOf(container, given);
    this.#launch = given.launch;
  }

  /** Runs a container that ends by itself. @returns its standard output. @throws Error when its exit code is not 0. */
  run(): Promise<string> {
    return this.#runs(this.#arguments);
  }

  /**
   * Starts a container that goes on until it is ended. One that serves does so on a free port in place of its own; waits until its startup probe
   * passes.
   *
   * @param more arguments besides those of the manifest.
   */
  async start(...more: string[]): Promise<void> {
    const port = this.#container.ports ? ['--port', '0'] : [];
    const process = this.#launch([...this.#arguments, ...port, ...more], this.#environment);
    this.#process = process;
    const trouble = text(process.stderr as Readable);
    if (!this.#container.ports) {
      process.stdout?.resume();
      return;
    }
    for await (const line of createInterface({ input: process.stdout as Readable })) {
      const { url } = JSON.parse(line) as { url?: string };
      if (url === undefined) continue;
      this.#port = Number(new URL(url).port);
      break;
    }
    // Otherwise a full pipe would stop it.
    process.stdout?.resume();
    if (this.#port === null) throw new Error(`${this.#container.name} ended before it listened: ${await trouble}`);
    await this.untilProbe('startupProbe', true);
  }

  /** Where it listens, once it is started. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Waits for the result of a probe as long as a kubelet would. @throws Error when it has another one then. */
  async untilProbe(name: 'startupProbe' | 'readinessProbe' | 'livenessProbe', wanted: boolean): Promise<void> {
    const probe = this.#container[name] as Probe;
    const end = performance.now() + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3) * 1000;
    while ((await this.#passes(probe)) !== wanted) {
      if (performance.now() > end) throw new Error(`${this.#container.name}: ${name} does not become ${wanted}`);
      await sleep(200);
    }
  }

  /** Ends it as the deletion of a pod does. @returns its exit code. @throws Error when it takes longer than the pod has. */
  async end({ terminationGracePeriodSeconds = 30 }: Pod, beforeSignal = async () => {}): Promise<number | null> {
    const process = this.#process as ChildProcess;
    const exited = once(process, 'exit') as Promise<[number | null]>;
    const began = performance.now();
    const command = this.#container.lifecycle?.preStop?.exec.command;
    if (command) {
      if (command[0] !== 'wwebjs-canary') throw new Error(`${command[0]} is not in the image`);
      await this.#runs(command.slice(1));
    }
    await beforeSignal();
    process.kill('SIGTERM');
    const [code] = await exited;
    const seconds = (performance.now() - began) / 1000;
    if (seconds > terminationGracePeriodSeconds) throw new Error(`it took ${seconds} s to end`);
    return code;
  }

  /** For a test that failed. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  get #arguments(): string[] {
    return (this.#container.args ?? []).map((arg) => expand(arg, this.#environment));
  }

  async #runs(args: readonly string[]): Promise<string> {
    const process = this.#launch(args, this.#environment);
    const texts = [process.stdout, process.stderr].map((stream) => text(stream as Readable));
    const [code] = (await once(process, 'close')) as [number | null];
    const [output = '', trouble = ''] = await Promise.all(texts);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${trouble}`);
    return output;
  }

  async #passes({ httpGet, tcpSocket, timeoutSeconds = 1 }: Probe): Promise<boolean> {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    if (httpGet) {
      const answer = await fetch(this.url + httpGet.path, { signal }).catch(() => null);
      await answer?.body?.cancel();
      return answer?.ok ?? false;
    }
    if (!tcpSocket) throw new Error('this probe is not known here');
    const socket = connect(this.#port as number, '127.0.0.1');
    const connected = await once(socket, 'connect', { signal }).then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  }
}

function text(stream: Readable): Promise<string> {
  return new Response(Readable.toWeb(stream) as ReadableStream).text();
}
