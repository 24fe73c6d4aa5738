import type { PageFrame, ServerFrame } from '../../../contracts/replica-protocol.ts';
import type { Behaviours } from '../../../contracts/surface.ts';
import { openSocket, openSocketInWorker, type PageSocket } from './page-socket.ts';

const address = 'wss://web.whatsapp.com/ws/chat';

/** The WebSocket to the server; a page opens several, one after another. */
export class ServerLink {
  private readonly connect: typeof openSocket;
  private socket: PageSocket | undefined;
  /** The socket over which the page has logged in. */
  private loggedIn: PageSocket | undefined;
  /** Frames that wait for a login, the oldest first. */
  private readonly waiting: PageFrame[] = [];
  /** Called for each frame of the server. */
  onFrame: (frame: ServerFrame) => void = () => {};
  /** Called when an open connection ends without `close()`. */
  onClose: () => void = () => {};

  /** @param socketIn where the WebSocket lives. */
  constructor(socketIn: Behaviours['socketIn']) {
    this.connect = socketIn === 'worker' ? openSocketInWorker : openSocket;
  }

  /** Resolves when the connection is open; rejects when it cannot be opened. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      let hasOpened = false;
      const socket = this.connect(address, {
        opened: () => {
          hasOpened = true;
          resolve();
        },
        received: (text) => {
          if (this.socket === socket) this.onFrame(JSON.parse(text) as ServerFrame);
        },
        closed: () => {
          if (!hasOpened) reject(new Error('the connection could not be made'));
          else if (this.socket === socket) {
            this.socket = undefined;
            this.onClose();
          }
        },
      });
      this.socket = socket;
    });
  }

  get isOpen(): boolean {
    return this.socket?.isOpen ?? false;
  }

  /** True from a login to the end of its connection. */
  get isOnline(): boolean {
    return this.isOpen && this.socket === this.loggedIn;
  }

  /** The server has taken the login: what waited for it is sent. */
  online(): void {
    this.loggedIn = this.socket;
    for (const frame of this.waiting.splice(0)) this.send(frame);
  }

  /** Frames that are sent while there is no connection are lost, as on any socket. */
  send(frame: PageFrame): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(frame));
  }

  /** Sends a frame that only a linked device may send: now, or after the next login. */
  sendOnline(frame: PageFrame): void {
    if (this.isOnline) this.send(frame);
    else this.waiting.push(frame);
  }

  /** Ends the connection; `onClose` is not called for it. */
  close(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}
