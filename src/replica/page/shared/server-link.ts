import type { PageFrame, ServerFrame } from '../../../contracts/replica-protocol.ts';
import type { Behaviours } from '../../../contracts/surface.ts';
import { openSocket, openSocketInWorker, type PageSocket } from './page-socket.ts';

const address = 'wss://web.whatsapp.com/ws/chat';

/** The WebSocket to the server; a page opens several, one after another. */
export class ServerLink {
  private readonly connect: typeof openSocket;
  private socket: PageSocket | undefined;
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

  /** Frames that are sent while there is no connection are lost, as on any socket. */
  send(frame: PageFrame): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(frame));
  }

  /** Ends the connection; `onClose` is not called for it. */
  close(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}
