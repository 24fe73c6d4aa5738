import type { PageFrame, ServerFrame } from '../../../contracts/replica-protocol.ts';

/** The WebSocket to the server; a page opens several, one after another. */
export class ServerLink {
  private socket: WebSocket | undefined;
  /** Called for each frame of the server. */
  onFrame: (frame: ServerFrame) => void = () => {};
  /** Called when an open connection ends without `close()`. */
  onClose: () => void = () => {};

  /** Resolves when the connection is open; rejects when it cannot be opened. */
  open(): Promise<void> {
    const socket = new WebSocket('wss://web.whatsapp.com/ws/chat');
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket === socket) this.onFrame(JSON.parse(String(event.data)) as ServerFrame);
    };
    return new Promise((resolve, reject) => {
      socket.onclose = () => reject(new Error('the connection could not be made'));
      socket.onopen = () => {
        socket.onclose = () => {
          if (this.socket !== socket) return;
          this.socket = undefined;
          this.onClose();
        };
        resolve();
      };
    });
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Frames that are sent while there is no connection are lost, as on any socket. */
  send(frame: PageFrame): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(frame));
  }

  /** Ends the connection; `onClose` is not called for it. */
  close(): void {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }
}
