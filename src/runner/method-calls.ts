import type { MethodCalls } from '../contracts/attempt.ts';
import type { HostCalls } from '../contracts/host.ts';

type NamedCall = 'sendText' | 'requestCode' | 'logout' | 'destroy';
type CountedCall = NamedCall | 'call';

/** The method of the library behind each call of the host that stands for one. */
const methodNames: Record<NamedCall, string> = {
  sendText: 'Client.sendMessage',
  requestCode: 'Client.requestPairingCode',
  logout: 'Client.logout',
  destroy: 'Client.destroy',
};

/** A call of a method of the library, e.g. of `Client.sendMessage`. */
export interface FollowedCall {
  name: string;
  /** False while it runs, and after it was refused. */
  isAnswered: boolean;
}

/** Counts and times the calls of methods of the library. */
export class CallCounter {
  readonly #counts = new Map<string, MethodCalls>();
  readonly #onAnswer: (name: string, ms: number) => void;
  #followed: FollowedCall[] | null = null;

  /** @param onAnswer hears of each call that was answered, and how many milliseconds it took. */
  constructor(onAnswer: (name: string, ms: number) => void = () => {}) {
    this.#onAnswer = onAnswer;
  }

  /** In the sequence of their first calls. */
  get methods(): MethodCalls[] {
    return [...this.#counts.values()];
  }

  /** The calls from now on, in the sequence in which they begin, up to the next time that calls are followed. */
  follow(): readonly FollowedCall[] {
    this.#followed = [];
    return this.#followed;
  }

  /** The same calls, counted. */
  counting<Calls extends Pick<HostCalls, CountedCall | 'ownerOf'>>(calls: Calls): Pick<HostCalls, CountedCall> {
    return {
      call: async (call) => {
        const owner = await calls.ownerOf(call.on, call.method);
        return this.#count(`${owner ?? 'Client'}.${call.method.split('.').at(-1)}`, calls.call(call));
      },
      sendText: (to, body) => this.#count(methodNames.sendText, calls.sendText(to, body)),
      requestCode: (number) => this.#count(methodNames.requestCode, calls.requestCode(number)),
      logout: () => this.#count(methodNames.logout, calls.logout()),
      destroy: () => this.#count(methodNames.destroy, calls.destroy()),
    };
  }

  async #count<T>(name: string, answer: Promise<T>): Promise<T> {
    const count = this.#counts.get(name) ?? { name, calls: 0, failed: 0 };
    this.#counts.set(name, count);
    count.calls++;
    const call = { name, isAnswered: false };
    this.#followed?.push(call);
    const begun = performance.now();
    try {
      const value = await answer;
      call.isAnswered = true;
      this.#onAnswer(name, Math.round((performance.now() - begun) * 10) / 10);
      return value;
    } catch (error) {
      count.failed++;
      throw error;
    }
  }
}
