import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A thread takes about half a second of a CPU to start, and who asks once asks again, in milliseconds. */
const keptMs = 60_000;

/** A thread that answers one question at a time with one message, and ends a minute after the last. It keeps no process alive. */
export class KeptThread<Question, Answer> {
  readonly #file: URL;
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: URL) {
    this.#file = file;
  }

  /** Rejects with the error that ended the thread; the next question starts another one. */
  ask(question: Question): Promise<Answer> {
    const answer = this.#last.then(() => this.#askNow(question));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #askNow(question: Question): Promise<Answer> {
    clearTimeout(this.#idle);
    this.#thread ??= new Worker(this.#file, { execArgv: [] });
    try {
      this.#thread.ref();
      this.#thread.postMessage(question);
      const [answer] = (await once(this.#thread, 'message')) as [Answer];
      return answer;
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      this.#thread?.unref();
      this.#idle = setTimeout(() => this.#end(), keptMs).unref();
    }
  }

  #end(): void {
    void this.#thread?.terminate();
    this.#thread = undefined;
  }
}
