import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook that keeps the event of each call, with the version of its cell. */
export async function startWebhook(): Promise<[notified: string[], address: string, close: () => Promise<unknown>]> {
  const notified: string[] = [];
  const webhook = createServer(async (request, response) => {
    const { event, cell } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    notified.push([event, ...(cell ? [cell.split(' ')[0]] : [])].join(' '));
    response.end();
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
  return [notified, address, () => new Promise((resolve) => webhook.close(resolve))];
}
