import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenError } from '../contracts/listen-error.ts';

export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, and nothing else.
 *
 * @throws InputError naming the option when the machine does not have the address; TroubleError when the port cannot be used.
 */
export async function serveMetrics(
  { host, port }: { host: string; port: number },
  read: () => Promise<{ contentType: string; text: string }>,
): Promise<MetricsServer> {
  const server = createServer(({ url, method }, response) => {
    if (url?.split('?')[0] !== '/metrics') return answer(response, 404, 'only /metrics is here\n');
    if (method !== 'GET' && method !== 'HEAD') return answer(response, 405, 'only GET\n');
    read().then(
      ({ contentType, text }) => answer(response, 200, text, contentType),
      (error: unknown) => answer(response, 500, `${String(error)}\n`),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', (error) => listening.reject(listenError({ host, port }, error)));
  server.listen(port, host, listening.resolve);
  await listening.promise;
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/metrics`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function answer(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}
