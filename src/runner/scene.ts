import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MethodCalls, Span } from '../contracts/attempt.ts';
import type { LoadedLibrary, PageFacts } from '../contracts/host.ts';
import { type HostEvent, recordedType } from '../contracts/host-events.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { Phase } from '../contracts/outcome.ts';
import { within } from '../contracts/within.ts';
import { Redactor } from '../host/redactor.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import { isDiskFull } from './artifacts.ts';
import type { AttemptInput } from './attempt-input.ts';
import { messageOf } from './classify.ts';
import type { ClientUnderTest } from './client-under-test.ts';
import { answerDeadlineMs } from './deadlines.ts';
import { Finding } from './finding.ts';
import type { FlowNetwork, FlowPhone } from './flow.ts';
import { accountWords, isPage } from './judge-live.ts';
import { openLiveSite } from './live-site.ts';
import { CallCounter } from './method-calls.ts';
import { Party } from './party.ts';
import type { Recorder } from './recorder.ts';
import type { EndedStage, Steps } from './steps.ts';
import { type OpenTarget, openTarget } from './target.ts';
import type { TraceRecorder } from './trace-recorder.ts';
import { EventTrials, MethodTrials, ReplicaGaps } from './trials.ts';

/** What an attempt is written down with. */
export interface Recorders {
  recorder: Recorder;
  trace: TraceRecorder;
}

/** A stage that is over, with the methods of the library that it called. */
export type SeenStage = EndedStage & { methods: string[] };

/** Everything that one attempt has for itself: a folder, a target, an account with phone, host, browser and profile, and perhaps a peer. */
export class Scene {
  readonly #input: AttemptInput;
  readonly #folder: string;
  readonly #own: Party;
  #peer: Party | null = null;
  readonly #target: Promise<OpenTarget>;
  readonly #patience: number;
  /** Folder of screenshots and logs. */
  readonly #artifacts: string;
  readonly #steps: Steps;
  readonly #recorder: Recorder;
  readonly #trace: TraceRecorder;
  /** Snapshots that are being taken. */
  readonly #pending = new Set<Promise<void>>();
  #memory: Promise<number | null> | null = null;
  readonly #calls: CallCounter;
  /** Knows the secrets of all hosts. */
  readonly redactor: Redactor;
  readonly network: FlowNetwork;
  readonly methodTrials: MethodTrials;
  readonly eventTrials: EventTrials;
  loaded: LoadedLibrary | null = null;
  /** The places of the accounts whose page was WhatsApp Web. */
  readonly #onWhatsAppWeb = new Set<number>();
  /** The stages that have ended, in their sequence. */
  readonly stages: SeenStage[] = [];

  /** Starts host and target at the same time, since each needs about as long as the other. */
  constructor(input: AttemptInput, steps: Steps, { recorder, trace }: Recorders) {
    const { cell, flow, library, surface, live } = input;
    this.#input = input;
    this.redactor = new Redactor(live !== undefined);
    for (const { number } of live?.devices ?? []) if (number !== null) this.redactor.learn(number);
    this.#artifacts = join(input.runFolder, input.id);
    this.#steps = steps;
    this.#recorder = recorder;
    this.#trace = trace;
    this.#patience = steps.patience(answerDeadlineMs);
    // Not in the folder of the run: Chromium puts sockets below it, whose paths may have 107 bytes at most.
    this.#folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-'));
    this.#calls = new CallCounter((name, ms) => recorder.add(`call:${name}`, { ms }));
    const gaps = new ReplicaGaps();
    this.methodTrials = new MethodTrials(library.packageDir, gaps, this.#calls);
    this.eventTrials = new EventTrials(library.packageDir, gaps);
    const onReplica = (type: string, detail: unknown) => {
      recorder.add(`replica:${type}`, detail);
      gaps.see(type, detail);
    };
    const opened = live ? Promise.resolve(openLiveSite(live)) : openTarget(cell, surface, flow, onReplica);
    this.#target = opened.catch((error) => {
      throw new Finding('harness-error', `the replica did not start: ${messageOf(error)}`);
    });
    this.#target.catch(() => {});
    this.network = {
      drop: async (seconds) => (await this.#target).drop(seconds),
      slow: async (seconds) => (await this.#target).slow(seconds),
    };
    this.#own = this.#party(this.#folder, 0, (event) => {
      if (event.type === 'page:request') return trace.addRequest(event);
      recorder.addSeen(live ? withoutPrinted(event) : event);
      this.#see(event);
    });
    if (trace.mode !== 'off') steps.followSpans((span) => this.#snapshotOfSpan(span));
  }

  get client(): ClientUnderTest {
    return this.#own.client;
  }

  get phone(): FlowPhone {
    return this.#own.phone;
  }

  /** Another account; its host starts with the first call. */
  peer(): Party {
    if (this.#peer) return this.#peer;
    const folder = join(this.#folder, 'peer');
    mkdirSync(folder);
    this.#peer = this.#party(folder, 1, (event) => {
      this.#recorder.addSeen(this.#input.live ? withoutPrinted(event) : event, 'peer:');
      this.#seeSite(1, event);
    });
    return this.#peer;
  }

  /** The methods of the library that were called so far. */
  get methods(): MethodCalls[] {
    return this.methodTrials.with(this.#calls.methods);
  }

  /** As `TrialContext.stage` says. */
  async stage(flow: string, work: () => Promise<void>): Promise<boolean> {
    const before = new Map(this.#calls.methods.map(({ name, calls }) => [name, calls]));
    const ended = await this.#steps.stage(flow, work);
    const called = this.#calls.methods.filter(({ name, calls }) => calls > (before.get(name) ?? 0));
    this.stages.push({ ...ended, methods: called.map(({ name }) => name) });
    return ended.thrown === null;
  }

  /** The clients of all accounts as a user closes them. @throws Finding */
  async closeClients(): Promise<void> {
    for (const { client } of this.#parties) await client.close();
  }

  /** What happened more often than it may; null when nothing did. @param last phase of what belongs to none. */
  repeated(last: Phase): Finding | null {
    return this.#parties.map(({ client }) => client.repeated(last)).find((finding) => finding !== null) ?? null;
  }

  /** From now on the end of browsers and hosts is no finding. */
  leave(): void {
    for (const { client } of this.#parties) client.leave();
  }

  /** Memory of the browser when `ready` fired; null when it did not, or where it cannot be known. */
  async browserMemory(): Promise<number | null> {
    return this.#memory;
  }

  /** What the page says of itself at the end; all null when it does not answer soon. */
  async pageFacts(): Promise<PageFacts> {
    const facts = await this.#answer(this.#own.host.calls.pageFacts());
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
    this.leave();
    const closeTarget = async () => (await this.#target).close();
    await Promise.allSettled([...this.#parties.map((party) => party.close()), closeTarget()]);
  }

  /** Removes profile and temporary files; after `close`. What cannot be removed is left to the system's own cleaning. */
  async removeFolder(): Promise<void> {
    // A write that a kill interrupts is finished first, and off Linux the browser may live for a moment more: ten retries wait 5.5 s in all.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => {});
  }

  async isDiskFull(): Promise<boolean> {
    return isDiskFull(this.#folder);
  }

  get #parties(): Party[] {
    return this.#peer ? [this.#own, this.#peer] : [this.#own];
  }

  #party(folder: string, place: number, onSeen: (event: HostEvent) => void): Party {
    const shared = {
      input: this.#input,
      target: this.#target,
      steps: this.#steps,
      calls: this.#calls,
      redactor: this.redactor,
    };
    return new Party(shared, { folder, place, logsRequests: place === 0 && this.#trace.mode !== 'off', onSeen });
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
    const mayShow = this.#input.live === undefined || this.#input.live.screenshots;
    const file = screenshot && mayShow ? join(this.#artifacts, screenshot) : null;
    if (file) makeFolder(dirname(file));
    this.#trace.addSnapshot(span, await this.#own.host.calls.snapshot(file), screenshot);
  }

  #see(event: HostEvent): void {
    if (event.type === 'host:loaded') this.loaded = event.detail;
    if (event.type === 'page:observed' && event.detail.build !== null) this.#noteSwitches(event.detail.build);
    this.#seeSite(0, event);
    if (event.type === 'client:ready') this.#memory ??= this.#own.host.browserMemory();
    this.eventTrials.see(recordedType(event));
  }

  /**
   * What the live site answers an account with, at its place, ends the attempt at once where no step of the flow can come further: an error
   * or another page in place of its own, and a refusal of the server, which lasts for hours.
   */
  #seeSite(place: number, event: HostEvent): void {
    if (!this.#input.live) return;
    if (event.type === 'page:observed') this.#observe(place, event.detail.isWhatsAppWeb);
    if (event.type === 'page:http-error' && isPage(event.detail.url))
      this.#steps.fail(noPage(`the site answered the request for its page with ${event.detail.status}`));
    if (event.type !== 'page:account') return;
    const { kind, until } = event.detail;
    if (kind !== 'timelock') this.#steps.fail(new Finding(...accountWords(kind, until)));
  }

  #observe(place: number, isWhatsAppWeb: boolean): void {
    if (isWhatsAppWeb) this.#onWhatsAppWeb.add(place);
    const judge = () => {
      if (!this.#onWhatsAppWeb.has(place))
        this.#steps.fail(noPage('what the browser got is another page than WhatsApp Web'));
    };
    if (!isWhatsAppWeb) setTimeout(judge, otherPageMs).unref();
  }

  /** Notes the switches that a build of the live site has. */
  #noteSwitches(build: string): void {
    const keys = switchKeysOf(build);
    const asked = this.#own.host.calls.switches(keys.map(({ key }) => key)).then((values) => {
      const known = keys.flatMap(({ name, key }) => (values[key] == null ? [] : [[name, values[key]]]));
      this.#recorder.add('harness:switches', Object.fromEntries(known));
    });
    const settled = asked.catch(() => {});
    this.#pending.add(settled);
    void settled.finally(() => this.#pending.delete(settled));
  }

  /** What each live page says of its connection at the end of a failed attempt. */
  async noteSockets(): Promise<void> {
    const note = async ({ host }: Party, of: '' | 'peer:') => {
      const facts = await this.#answer(host.calls.sessionFacts());
      if (facts) this.#recorder.add(`${of}harness:socket`, { state: facts.socket ?? facts.state, wid: null });
    };
    await Promise.all(this.#parties.map((party) => note(party, party === this.#own ? '' : 'peer:')));
  }

  /** Null when the host, its browser or its page does not answer in time: evidence is never waited for long. */
  #answer<T>(question: Promise<T>): Promise<T | null> {
    return within(this.#patience, () => question).catch(() => null);
  }
}

/** How long a page of the live site that has loaded may take to show that it is WhatsApp Web. */
const otherPageMs = 5_000;

const noPage = (message: string) => new Finding('page-load-failed', message, 'page');

/** What a live page or a library prints may have names and texts of people. */
export function withoutPrinted(event: HostEvent): HostEvent {
  const lengthOf = (text: string) => `[${text.length} characters]`;
  if (event.type === 'host:stdout' || event.type === 'host:stderr') return { ...event, detail: lengthOf(event.detail) };
  if (event.type !== 'page:console') return event;
  const { level, text } = event.detail;
  return { ...event, detail: { level, text: lengthOf(text) } };
}

/** The switches that the data knows of a build, each with the key by which a page reads it; none for a build that it cannot place. */
function switchKeysOf(build: string): { name: string; key: string }[] {
  try {
    const { switches } = resolveSurface(build);
    return Object.entries(switches).flatMap(([name, { key }]) => (key === null ? [] : [{ name, key }]));
  } catch {
    return [];
  }
}
