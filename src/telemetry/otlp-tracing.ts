import {
  type Context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { InputError } from '../contracts/input-error.ts';
import { within } from '../contracts/within.ts';
import type { OpenSpan, SpanStart, TracedProgram, Tracing } from './tracing.ts';

const name = 'wwebjs-canary';
const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;
/** How long the last spans may take to be sent, in milliseconds: a collector that does not answer delays no shutdown. */
const closeMs = 400;
/** Between two reports of trouble, in milliseconds: every batch has the same while the collector is away. */
const reportEveryMs = 60_000;

/** Exports spans as the environment says. @throws InputError */
export async function otlpTracing(env: NodeJS.ProcessEnv, { version, onTrouble }: TracedProgram): Promise<Tracing> {
  const sampler = samplerOf(env);
  const exporter = await exporterOf(env);
  // What the exporter cannot send it says here, and nowhere else.
  diag.setLogger(sampledLogger(onTrouble), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const provider = new TracerProvider({
    sampler,
    // What the environment says of the service counts more than what the program says.
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': name, 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batchesOf(env) })],
  });
  const tracer = provider.getTracer(name, version);
  return {
    start: (span) => startSpan(tracer, span),
    close: () => within(closeMs, () => provider.shutdown()).catch(() => {}),
  };
}

function sampledLogger(onTrouble: TracedProgram['onTrouble']): DiagLogger {
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (...parts: unknown[]) => {
    if (performance.now() - reportedAt < reportEveryMs) return;
    reportedAt = performance.now();
    onTrouble(parts.map(String).join(': '));
  };
  const ignore = () => {};
  return { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore };
}

function startSpan(tracer: Tracer, { name, kind, parent = null, facts = {} }: SpanStart): OpenSpan {
  const options = { kind: kind ? kinds[kind] : SpanKind.INTERNAL, attributes: { ...facts } };
  const span = tracer.startSpan(name, options, contextOf(parent));
  return {
    traceparent: traceparentOf(span.spanContext()),
    end(failure, more = {}) {
      if (!span.isRecording()) return;
      span.setAttributes({ ...more, ...(failure !== null && { 'error.type': failure }) });
      if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function contextOf(traceparent: string | null): Context {
  const parent = traceparent === null ? null : parseTraceParent(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

function traceparentOf(context: SpanContext): string | null {
  if (!isSpanContextValid(context)) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The exporter reads its own variables. @throws InputError */
async function exporterOf(env: NodeJS.ProcessEnv): Promise<SpanExporter> {
  const variable = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[variable] || 'http/protobuf';
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
    default:
      throw new InputError(`${variable}=${protocol}: spans are exported by http/protobuf or http/json`);
  }
}

/** @throws InputError */
function samplerOf({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }: NodeJS.ProcessEnv): Sampler {
  const word = sampler || 'parentbased_always_on';
  const ratio = Number(argument || 1);
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new InputError(`OTEL_TRACES_SAMPLER_ARG=${argument}: it has to be a number between 0 and 1`);
  }
  const samplers: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = samplers[word.replace(/^parentbased_/, '')];
  if (!root) {
    const words = Object.keys(samplers).flatMap((one) => [one, `parentbased_${one}`]);
    throw new InputError(`OTEL_TRACES_SAMPLER=${word}: it has to be one of ${words.join(', ')}`);
  }
  return word.startsWith('parentbased_') ? new ParentBasedSampler({ root: root() }) : root();
}

/** The variables of the batch processor; the processor has the defaults. @throws InputError */
function batchesOf(env: NodeJS.ProcessEnv) {
  const of = (variable: string) => {
    const text = env[variable];
    if (!text) return undefined;
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw new InputError(`${variable}=${text}: it has to be a whole number above 0`);
  };
  const options = {
    scheduledDelayMillis: of('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: of('OTEL_BSP_EXPORT_TIMEOUT'),
    maxQueueSize: of('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: of('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
