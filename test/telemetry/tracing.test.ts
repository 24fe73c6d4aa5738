import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import type { LogLine } from '../../src/service/log-line.ts';
import { noTracing, openTracing } from '../../src/telemetry/tracing.ts';
import { lightHosts } from '../support/light-host.ts';
import { startTestServer } from '../support/test-server.ts';
import { until } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';

interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  startTimeUnixNano: string;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

/** The collector and the receiver of webhooks. */
const received: Received[] = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  received.push({ url: request.url ?? '', headers: request.headers, body });
  const type = String(request.headers['content-type']);
  response.writeHead(200, { 'content-type': type }).end(type.endsWith('json') ? '{}' : '');
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(() => {
  expect(troubles).toEqual([]);
  vi.unstubAllEnvs();
  received.length = 0;
});
afterAll(() => {
  receiver.close();
});

const troubles: string[] = [];
const program = { version: '1.2.3', onTrouble: (message: string) => void troubles.push(message) };

/** With variables as the collector of this test needs them. */
function traced(variables: Record<string, string> = {}) {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: origin, OTEL_BSP_SCHEDULE_DELAY: '100', ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  return openTracing(process.env, program);
}

function receivedSpans(): ReceivedSpan[] {
  const ofSpans = received.filter(({ url }) => url === '/v1/traces').map(({ body }) => JSON.parse(body));
  return ofSpans.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: ReceivedSpan[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  );
}

test('a request, its link with each phase, later restorations and every delivery are one trace, on whichever instance', async () => {
  const replica = await startReplica({ build: '2.3000.1032534684' });
  const tracing = await traced({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_SERVICE_NAME: 'berlin' });
  const log: LogLine[] = [];
  const options = {
    ...{ database: `sqlite:${join(temporaryFolder(), 'store.sqlite')}`, folder: temporaryFolder(), tracing },
    ...{
      openHost: lightHosts({ port: replica.port }),
      allowPrivateWebhooks: true,
      log: (line: LogLine) => log.push(line),
    },
  };
  const first = await startTestServer(options);
  const { body: workspace } = await first.ask('POST', '/v1/workspaces', { name: 'Berlin' });
  const { body: webhook } = await first.ask('POST', `/v1/workspaces/${workspace.id}/webhooks`, {
    url: `${origin}/hook`,
  });
  const accounts = `/v1/workspaces/${workspace.id}/accounts`;
  const trace = { id: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
  const number = '15550107777';
  const asked = { traceparent: `00-${trace.id}-${trace.span}-01`, 'x-request-id': 'deploy.7' };
  const { body: account } = await first.ask('POST', accounts, { phone: number }, asked);
  const { id: phone } = replica.phones.create(number);
  const code = await until('a code', async () => {
    const { status, body } = await first.ask('GET', `${accounts}/${account.id}/link`);
    return status === 200 && body.code;
  });
  await replica.phones.scan(phone, code);
  // The line comes after the write that the API shows.
  const connected = () => log.filter(({ event }) => event === 'connected');
  await until('it is connected', () => connected().length === 1);
  await first.stop();
  const second = await startTestServer(options);
  await until('it is restored', () => connected().length === 2);
  await until('its deliveries came', () => received.filter(({ url }) => url === '/hook').length >= 4);
  await second.stop();
  await tracing.close();
  await replica.close();

  const spans = receivedSpans();
  const children = (parent: ReceivedSpan | undefined) =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent?.spanId)
      .sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1))
      .map(({ name }) => name);
  const named = (name: string) => spans.find((span) => span.name === name);
  const request = named('POST /v1/workspaces/:workspace/accounts');
  expect(request).toMatchObject({ traceId: trace.id, parentSpanId: trace.span, kind: 2 });
  expect(request?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 202 } });
  expect(children(named('link'))).toEqual(['queue', 'launch', 'qr', 'authenticated', 'ready']);
  expect(children(named('restoration'))).toEqual(['queue', 'launch', 'authenticated', 'ready']);
  for (const name of ['link', 'restoration', 'delivery'])
    expect(named(name), name).toMatchObject({ traceId: trace.id, parentSpanId: request?.spanId });
  for (const { headers } of received.filter(({ url }) => url === '/hook')) {
    const [, id, span] = String(headers.traceparent).split('-');
    expect(id).toBe(trace.id);
    expect(spans.find(({ spanId }) => spanId === span)).toMatchObject({ name: 'delivery', kind: 3 });
  }
  const sent = received.filter(({ url }) => url === '/v1/traces').map(({ body }) => body);
  expect(sent[0]).toContain('"stringValue":"berlin"');
  for (const secret of [number, account.session, first.key, webhook.secret, '/hook', code])
    expect(sent.join(), secret).not.toContain(secret);
  expect(connected().map(({ request }) => request)).toEqual(['deploy.7', 'deploy.7']);
});

test('what fails has the code of its failure', async () => {
  const tracing = await traced({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  const span = tracing.start({ name: 'link' });
  span.end('link-timeout');
  span.end(null);
  await tracing.close();
  const [sent] = receivedSpans();
  expect(sent).toMatchObject({ name: 'link', kind: 1, status: { code: 2 } });
  expect(sent?.attributes).toEqual([{ key: 'error.type', value: { stringValue: 'link-timeout' } }]);
});

test('spans are exported as protobuf by default, and those of a caller that does not sample are not', async () => {
  const tracing = await traced();
  const parent = (sampled: string) => `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${sampled}`;
  tracing.start({ name: 'sampled', parent: parent('01') }).end(null);
  const unsampled = tracing.start({ name: 'unsampled', parent: parent('00') });
  unsampled.end(null);
  expect(unsampled.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
  await tracing.close();
  expect(received).toHaveLength(1);
  expect(received[0]?.headers['content-type']).toBe('application/x-protobuf');
  expect(received[0]?.body).toContain('sampled');
  expect(received[0]?.body).not.toContain('unsampled');
});

test('a text that is no trace context begins a new trace', async () => {
  const tracing = await traced({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  tracing.start({ name: 'one', parent: 'ff-1-2-3' }).end(null);
  await tracing.close();
  expect(receivedSpans()[0]?.parentSpanId ?? '').toBe('');
});

test('a collector that is away is reported, and the service goes on', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
  vi.stubEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '1');
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200');
  const away: string[] = [];
  const tracing = await openTracing(process.env, { version: '1', onTrouble: (message) => away.push(message) });
  for (let count = 0; count < 3; count++) tracing.start({ name: 'lost' }).end(null);
  await until('it is reported', () => away.length > 0);
  await tracing.close();
  expect(away).toEqual([expect.stringMatching(/127\.0\.0\.1|ECONNREFUSED|export/i)]);
});

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /by http\/protobuf or http\/json/],
  ['OTEL_TRACES_SAMPLER', 'sometimes', /one of always_on, parentbased_always_on/],
  ['OTEL_TRACES_SAMPLER_ARG', '2', /between 0 and 1/],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'many', /whole number above 0/],
])('%s=%s is refused by name', async (name, value, message) => {
  const opened = openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, [name]: value }, program);
  await expect(opened).rejects.toThrow(InputError);
  await expect(opened).rejects.toThrow(message);
});

test.each([
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' },
])('nothing is traced with %o', async (env) => {
  expect(await openTracing(env, program)).toBe(noTracing);
});
