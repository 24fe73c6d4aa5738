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

/** Counts the calls of methods of the library. */
export class CallCounter {
  readonly #counts = new Map<string, MethodCalls>();

  /** In the sequence of their first calls. */
  get methods(): MethodCalls[] {
    return [...this.#counts.values()];
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
    try {
      return await answer;
    } catch (error) {
      count.failed++;
      throw error;
    }
  }
}
