import { join } from 'node:path';
import type { MethodCall } from '../contracts/host.ts';
import type { HostEvent } from '../contracts/host-events.ts';
import { Host } from '../host/host.ts';
import type { Redactor } from '../host/redactor.ts';
import type { AttemptInput } from './attempt-input.ts';
import { attemptPhone } from './attempt-phone.ts';
import { ClientUnderTest } from './client-under-test.ts';
import { Finding } from './finding.ts';
import type { FlowParty, FlowPhone } from './flow.ts';
import type { LiveDevice, LiveInput } from './live-site.ts';
import type { CallCounter } from './method-calls.ts';
import { holdProfile, type ProfileHolder } from './profile-holder.ts';
import type { Steps } from './steps.ts';
import { type OpenTarget, profileCircumstances } from './target.ts';

/** What the accounts of an attempt share. */
interface Shared {
  input: AttemptInput;
  target: Promise<OpenTarget>;
  steps: Steps;
  calls: CallCounter;
  redactor: Redactor;
}

interface PartyOptions {
  /** An existing folder for its processes and profiles. */
  folder: string;
  /** The place of its phone in the world of the flow; numbers differ by it, too. */
  place: number;
  logsRequests: boolean;
  onSeen(event: HostEvent): void;
}

/** One account of an attempt: a client in a host process of its own, which starts at once, and the phone that links it. */
export class Party implements FlowParty {
  readonly host: Host;
  readonly client: ClientUnderTest;
  readonly phone: FlowPhone;
  readonly #steps: Steps;
  /** What keeps the profile from the browser that was started last, where a condition does. */
  #holder: Promise<ProfileHolder | null> = Promise.resolve(null);
  #isHeld: () => boolean = () => false;

  constructor(
    { input, target, steps, calls: counter, redactor }: Shared,
    { folder, place, logsRequests, onSeen }: PartyOptions,
  ) {
    const { cell, flow, library, browser } = input;
    this.#steps = steps;
    const { timeScale = 1, platform } = flow;
    const device = deviceOf(input, place);
    const dataPathOf = (profile: number) => device?.dataPath ?? join(folder, `profile-${profile}`);
    // LocalAuth gives the browser this folder of its data path.
    const folderOf = (profile: number) => join(dataPathOf(profile), 'session');
    const circumstances = profileCircumstances(cell);
    const holdsProfiles = Object.keys(circumstances).length > 0;
    this.host = new Host({
      folder,
      env: browser.env,
      redactor,
      onSeen: (event) => {
        onSeen(event);
        this.#see(event);
      },
    });
    const { load, start, sessionFacts, pageFacts, heapSizes, event } = this.host.calls;
    this.client = new ClientUnderTest({
      calls: { load, start, sessionFacts, pageFacts, heapSizes, event, ...counter.counting(this.host.calls) },
      hasBrowser: () => this.host.hasBrowser(),
      killBrowser: () => this.host.killBrowser(),
      memory: () => this.host.memory(),
      exited: this.host.exited,
      steps,
      packageDir: library.packageDir,
      folderOf,
      isLinked: device?.isLinked,
      admit: input.live && this.#admission(input.live, place),
      specOf: async (profile, { auth = flow.auth, ...options }) => {
        const { chromiumArgs } = await target;
        const dataPath = dataPathOf(profile);
        if (holdsProfiles && auth) throw lockNotShown('the strategy of the flow keeps its profile where it likes');
        if (holdsProfiles)
          await this.#hold(() => holdProfile(circumstances, folderOf(profile), { browser, tmp: folder }));
        return {
          auth: auth ? { kind: 'module', file: auth, dataPath, timeScale } : { kind: 'local', dataPath },
          browser: { executablePath: browser.executablePath, args: [...browser.args, ...chromiumArgs] },
          options,
          logsRequests,
          isLive: device !== null,
        };
      },
    });
    this.phone = attemptPhone({ number: numberOf(input, place), platform }, target, steps, this.client);
  }

  /** Ends its processes. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled([this.host.kill(), this.#letGo()]);
  }

  /** A method that this version does not have is left to its own error. */
  #admission(live: LiveInput, place: number): (call: MethodCall | null) => Promise<void> {
    const { ownerOf, call: ask } = this.host.calls;
    return async (call) => {
      if (call === null) return live.admitStart(place);
      const { on, method, args } = call;
      const owner = await ownerOf(on, method);
      if (owner === null) return;
      const chat = async (id: string) => (await ask({ on: null, method: 'getChatById', args: [id] })).value;
      await live.admit(place, { method: `${owner}.${method.split('.').at(-1)}`, args, chat });
    };
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

  #see(event: HostEvent): void {
    if (event.type === 'browser:launched' && this.#isHeld()) {
      this.#steps.fail(lockNotShown('the browser ignored it, as headless shells do, the bundled ones too'));
    }
    this.client.see(event);
  }
}

/** Null on the replica. @throws TypeError where the attempt has no account for this place. */
function deviceOf({ live }: AttemptInput, place: number): LiveDevice | null {
  if (!live) return null;
  const device = live.devices[place];
  if (!device) throw new TypeError('the flow needs another live account than the attempt has');
  return device;
}

/** As the world of the flow says, else chosen by the seed out of the range that is kept free for fiction. */
function numberOf(input: AttemptInput, place: number): string {
  const { flow, seed } = input;
  const device = deviceOf(input, place);
  if (device) return device.number ?? '';
  return String(flow.world?.phones?.[place]?.number ?? 13125550100 + ((seed + place) % 99));
}

function lockNotShown(why: string): Finding {
  return new Finding('condition-not-shown', `the lock of the profile had no effect: ${why}`, 'launch');
}
