/** What a span is about: words, versions, figures and random ids. Never a phone number, a text, an address or a secret. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  name: string;
  /** `server` for a request that came in, `client` for one that goes out; by default work of this process. */
  kind?: 'server' | 'client';
  /** W3C Trace Context (`traceparent`) of what this is done for; text in another form counts as none. */
  parent?: string | null;
  facts?: SpanFacts;
}

export interface OpenSpan {
  /** W3C Trace Context of this span, for work that is done for it elsewhere; null where nothing is traced. */
  readonly traceparent: string | null;
  /**
   * Ends the span; another call does nothing.
   *
   * @param failure the code of why it failed; null for success.
   */
  end(failure: string | null, facts?: SpanFacts): void;
}

export interface Tracing {
  start(span: SpanStart): OpenSpan;
  /** Sends what was not sent. Never rejects. */
  close(): Promise<void>;
}

const noSpan: OpenSpan = { traceparent: null, end() {} };

export const noTracing: Tracing = { start: () => noSpan, close: async () => {} };

/** What the exported spans are of. */
export interface TracedProgram {
  version: string;
  /** Called with what keeps spans from being exported. */
  onTrouble(message: string): void;
}

/**
 * Traces by OTLP over HTTP if the standard environment variables name an endpoint. Otherwise nothing is loaded.
 *
 * @throws InputError for a value that OpenTelemetry does not define.
 */
export async function openTracing(env: NodeJS.ProcessEnv, program: TracedProgram): Promise<Tracing> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return noTracing;
  const { otlpTracing } = await import('./otlp-tracing.ts');
  return otlpTracing(env, program);
}
