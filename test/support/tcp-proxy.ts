import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire between two programs that a test can cut. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #cut: 'refuse' | 'silent' | null = null;

  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(port: number) {
    this.#server = createServer((near) => {
      if (this.#cut === 'refuse') {
        near.resetAndDestroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      const pair: [Socket, Socket] = [near, far];
      this.#pairs.add(pair);
      for (const socket of pair) socket.on('error', () => {}).on('close', () => this.#end(pair));
      if (this.#cut === null) this.#join(pair);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `refuse`: connections end and new ones are refused. `silent`: nothing gets through any more, without an error. */
  cut(how: 'refuse' | 'silent'): void {
    this.#cut = how;
    for (const pair of this.#pairs) {
      if (how === 'refuse') this.#end(pair);
      else {
        pair[0].unpipe(pair[1]).pause();
        pair[1].unpipe(pair[0]).pause();
      }
    }
  }

  /** Works again. Connections from before stay dead, as after a real cut. */
  mend(): void {
    this.#cut = null;
    for (const pair of this.#pairs) this.#end(pair);
  }

  async close(): Promise<void> {
    this.cut('refuse');
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join([near, far]: [Socket, Socket]): void {
    near.pipe(far);
    far.pipe(near);
  }

  #end(pair: [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
