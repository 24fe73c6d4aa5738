import type { MethodCalls } from '../contracts/attempt.ts';
import type { HostCalls } from '../contracts/host.ts';

type CountedCall = 'sendText' | 'requestCode' | 'logout' | 'destroy';

/** The method of the library behind each call of the host that stands for one. */
const methodNames: Record<CountedCall, string> = {
  sendText: 'Client.sendMessage',
  requestCode: 'Client.requestPairingCode',
  logout: 'Client.logout',
  destroy: 'Client.destroy',
};

/** The methods that an attempt can call. */
export const countedMethods: readonly string[] = Object.values(methodNames);

/** Counts the calls of methods of the library. */
export class CallCounter {
  readonly #counts = new Map<string, MethodCalls>();

  /** In the sequence of their first calls. */
  get methods(): MethodCalls[] {
    return [...this.#counts.values()];
  }

  /** The same calls, counted. */
  counting<Calls extends Pick<HostCalls, CountedCall>>(calls: Calls): Pick<HostCalls, CountedCall> {
    return {
      sendText: (to, body) => this.#count('sendText', calls.sendText(to, body)),
      requestCode: (number) => this.#count('requestCode', calls.requestCode(number)),
      logout: () => this.#count('logout', calls.logout()),
      destroy: () => this.#count('destroy', calls.destroy()),
    };
  }

  async #count<T>(call: CountedCall, answer: Promise<T>): Promise<T> {
    const name = methodNames[call];
    const count = this.#counts.get(name) ?? { name, calls: 0, failed: 0 };
    this.#counts.set(name, count);
    count.calls++;
    try {
      return await answer;
    } catch (error) {
      count.failed++;
      throw error;
    }
  }
}
