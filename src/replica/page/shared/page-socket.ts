import { workerInit } from '../../../contracts/boot.ts';

/** What happens to a connection. Real pages call each at most once, `received` excepted. */
export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  closed(): void;
}

/** A WebSocket of the page, wherever it lives. */
export interface PageSocket {
  readonly isOpen: boolean;
  send(text: string): void;
  close(): void;
}

export function openSocket(address: string, events: SocketEvents): PageSocket {
  const socket = new WebSocket(address);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(String(data));
  socket.onclose = () => events.closed();
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

/** A call of `PageSocket` or of one of `SocketEvents`, as a message between the page and its worker. */
type Call = [name: 'open' | 'send' | 'close' | keyof SocketEvents, text?: string];

/**
 * A WebSocket that a dedicated worker holds: code in the page sees neither it nor its frames. As in the real page, the worker begins with
 * a small script, which imports the whole one. A puppeteer that intercepts the requests of the page and not those of its workers
 * leaves that import without an answer.
 */
export function openSocketInWorker(address: string, events: SocketEvents): PageSocket {
  const worker = new Worker(workerInit.path);
  const call = (...message: Call) => worker.postMessage(message);
  let isOpen = false;
  worker.onmessage = ({ data: [name, text = ''] }: MessageEvent<Call>) => {
    if (name === 'received') return events.received(text);
    isOpen = name === 'opened';
    if (isOpen) return events.opened();
    worker.terminate();
    events.closed();
  };
  worker.postMessage('/static/app.js');
  call('open', address);
  return {
    get isOpen() {
      return isOpen;
    },
    send: (text) => call('send', text),
    close: () => call('close'),
  };
}

/** The worker's side. */
export function holdSocket(): void {
  let socket: PageSocket | undefined;
  const call = (...message: Call) => postMessage(message);
  self.onmessage = ({ data: [name, text = ''] }: MessageEvent<Call>) => {
    if (name === 'send') socket?.send(text);
    else if (name === 'close') socket?.close();
    else {
      socket = openSocket(text, {
        opened: () => call('opened'),
        received: (frame) => call('received', frame),
        closed: () => call('closed'),
      });
    }
  };
}
