import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MethodCalls, Span } from '../contracts/attempt.ts';
import type { LoadedLibrary, PageFacts } from '../contracts/host.ts';
import type { HostEvent } from '../contracts/host-events.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { within } from '../contracts/within.ts';
import { Host } from '../host/host.ts';
import type { Redactor } from '../host/redactor.ts';
import { isDiskFull } from './artifacts.ts';
import type { AttemptInput } from './attempt-input.ts';
import { attemptPhone } from './attempt-phone.ts';
import { messageOf } from './classify.ts';
import { ClientUnderTest } from './client-under-test.ts';
import { answerDeadlineMs } from './deadlines.ts';
import { Finding } from './finding.ts';
import type { FlowNetwork, FlowPhone } from './flow.ts';
import { CallCounter } from './method-calls.ts';
import { holdProfile, type ProfileHolder } from './profile-holder.ts';
import type { Recorder } from './recorder.ts';
import type { Steps } from './steps.ts';
import { type OpenTarget, openTarget, profileCircumstances } from './target.ts';
import type { TraceRecorder } from './trace-recorder.ts';
import { Trials } from './trials.ts';

/** What an attempt is written down with. */
export interface Recorders {
  recorder: Recorder;
  trace: TraceRecorder;
}

/** Everything that one attempt has for itself: a folder, a target, a phone, a host with its browser and profile. */
export class Scene {
  readonly #folder: string;
  readonly #host: Host;
  readonly #target: Promise<OpenTarget>;
  readonly #patience: number;
  /** Folder of screenshots and logs. */
  readonly #artifacts: string;
  readonly #steps: Steps;
  readonly #trace: TraceRecorder;
  /** Snapshots that are being taken. */
  readonly #pending = new Set<Promise<void>>();
  #memory: Promise<number | null> | null = null;
  /** What keeps the profile from the browser that was started last, where a condition does. */
  #holder: Promise<ProfileHolder | null> = Promise.resolve(null);
  #isHeld: () => boolean = () => false;
  readonly #calls = new CallCounter();
  readonly client: ClientUnderTest;
  readonly phone: FlowPhone;
  readonly network: FlowNetwork;
  readonly trials: Trials;
  loaded: LoadedLibrary | null = null;

  /** Starts host and target at the same time, since each needs about as long as the other. */
  constructor(input: AttemptInput, steps: Steps, { recorder, trace }: Recorders) {
    const { cell, seed, flow, library, browser, surface } = input;
    this.#artifacts = join(input.runFolder, input.id);
    this.#steps = steps;
    this.#trace = trace;
    this.#patience = steps.patience(answerDeadlineMs);
    // Not in the folder of the run: Chromium puts sockets below it, whose paths may have 107 bytes at most.
    this.#folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-'));
    const { auth, timeScale = 1 } = flow;
    const dataPathOf = (profile: number) => join(this.#folder, `profile-${profile}`);
    // LocalAuth gives the browser this folder of its data path.
    const folderOf = (profile: number) => join(dataPathOf(profile), 'session');
    const circumstances = profileCircumstances(cell);
    const holdsProfiles = Object.keys(circumstances).length > 0;
    this.#host = new Host({
      folder: this.#folder,
      env: browser.env,
      onSeen: (event) => {
        if (event.type === 'page:request') return trace.addRequest(event);
        recorder.addSeen(event);
        this.#see(event);
      },
    });
    this.trials = new Trials(library.packageDir, this.#calls);
    this.#target = openTarget(cell, surface, timeScale, (type, detail) => {
      recorder.add(`replica:${type}`, detail);
      this.trials.see(type, detail);
    }).catch((error) => {
      throw new Finding('harness-error', `the replica did not start: ${messageOf(error)}`);
    });
    this.#target.catch(() => {});
    this.network = {
      drop: async (seconds) => (await this.#target).drop(seconds),
      slow: async (seconds) => (await this.#target).slow(seconds),
    };
    const { load, start, sessionFacts, pageFacts, heapSizes, event } = this.#host.calls;
    this.client = new ClientUnderTest({
      calls: { load, start, sessionFacts, pageFacts, heapSizes, event, ...this.#calls.counting(this.#host.calls) },
      hasBrowser: () => this.#host.hasBrowser(),
      killBrowser: () => this.#host.killBrowser(),
      memory: () => this.#host.memory(),
      exited: this.#host.exited,
      steps,
      packageDir: library.packageDir,
      folderOf,
      specOf: async (profile, options) => {
        const { chromiumArgs } = await this.#target;
        const dataPath = dataPathOf(profile);
        if (holdsProfiles && auth) throw lockNotShown('the strategy of the flow keeps its profile where it likes');
        if (holdsProfiles)
          await this.#hold(() => holdProfile(circumstances, folderOf(profile), { browser, tmp: this.#folder }));
        return {
          auth: auth ? { kind: 'module', file: auth, dataPath, timeScale } : { kind: 'local', dataPath },
          browser: { executablePath: browser.executablePath, args: [...browser.args, ...chromiumArgs] },
          options,
          logsRequests: trace.mode !== 'off',
        };
      },
    });
    this.phone = attemptPhone({ seed, platform: flow.platform }, this.#target, steps, this.client);
    if (trace.mode !== 'off') steps.followSpans((span) => this.#snapshotOfSpan(span));
  }

  /** The methods of the library that were called so far. */
  get methods(): MethodCalls[] {
    return this.trials.with(this.#calls.methods);
  }

  get redactor(): Redactor {
    return this.#host.redactor;
  }

  /** Memory of the browser when `ready` fired; null when it did not, or where it cannot be known. */
  async browserMemory(): Promise<number | null> {
    return this.#memory;
  }

  /** What the page says of itself at the end; all null when it does not answer soon. */
  async pageFacts(): Promise<PageFacts> {
    const facts = await this.#answer(this.#host.calls.pageFacts());
    return facts ?? { debugVersion: null, userAgent: null, browserVersion: null };
  }

  /** The page as the failure left it, with a screenshot, if the page still answers. */
  async snapshotOfFailure(): Promise<void> {
    const { spans } = this.#steps;
    const failed = spans.length - 1;
    await this.#answer(this.#snapshot(spans[failed]?.outcome === 'failed' ? failed : null, 'screenshot.png'));
  }

  /** Waits for snapshots of spans that have ended, before the page is closed. */
  async snapshots(): Promise<void> {
    await this.#answer(Promise.all(this.#pending));
  }

  /** Ends every process of the attempt and its target. Never rejects. */
  async close(): Promise<void> {
    this.client.leave();
    const closeTarget = async () => (await this.#target).close();
    await Promise.allSettled([this.#host.kill(), closeTarget(), this.#letGo()]);
  }

  async #hold(hold: () => Promise<ProfileHolder | null>): Promise<void> {
    await this.#letGo();
    this.#holder = hold();
    const holder = await this.#holder.catch(({ message }: Error) => {
      throw new Finding('harness-error', message, 'launch');
    });
    this.#isHeld = () => holder?.isHeld() ?? false;
  }

  async #letGo(): Promise<void> {
    this.#isHeld = () => false;
    await this.#holder.then(
      (holder) => holder?.release(),
      () => {},
    );
  }

  /** Removes profile and temporary files; after `close`. What cannot be removed is left to the system's own cleaning. */
  async removeFolder(): Promise<void> {
    // A write that a kill interrupts is finished first, and off Linux the browser may live for a moment more: ten retries wait 5.5 s in all.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => {});
  }

  async isDiskFull(): Promise<boolean> {
    return isDiskFull(this.#folder);
  }

  /** Not waited for: the flow goes on meanwhile. A page that is gone has no snapshot. */
  #snapshotOfSpan(span: number): void {
    const { phase } = this.#steps.spans[span] as Span;
    const file = `trace/${String(span + 1).padStart(3, '0')}-${phase}.png`;
    const taken = this.#snapshot(span, this.#trace.mode === 'on' ? file : null).catch(() => {});
    this.#pending.add(taken);
    void taken.finally(() => this.#pending.delete(taken));
  }

  /** @param screenshot relative to the folder of the attempt. */
  async #snapshot(span: number | null, screenshot: string | null): Promise<void> {
    const file = screenshot && join(this.#artifacts, screenshot);
    if (file) makeFolder(dirname(file));
    this.#trace.addSnapshot(span, await this.#host.calls.snapshot(file), screenshot);
  }

  #see(event: HostEvent): void {
    if (event.type === 'host:loaded') this.loaded = event.detail;
    if (event.type === 'browser:launched' && this.#isHeld()) {
      this.#steps.fail(lockNotShown('the browser ignored it, as headless shells do, the bundled ones too'));
    }
    if (event.type === 'client:ready') this.#memory ??= this.#host.browserMemory();
    this.client.see(event);
  }

  /** Null when the host, its browser or its page does not answer in time: evidence is never waited for long. */
  #answer<T>(question: Promise<T>): Promise<T | null> {
    return within(this.#patience, () => question).catch(() => null);
  }
}

function lockNotShown(why: string): Finding {
  return new Finding('condition-not-shown', `the lock of the profile had no effect: ${why}`, 'launch');
}
