import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ApiScope } from '../../../contracts/service-states.ts';
import type { Service } from '../../instance/service.ts';
import type { ProblemCode } from '../../problems.ts';
import type { RequestOrigin } from '../../request-origin.ts';
import type { ApiKeys } from '../keys/api-keys.ts';
import type { Caller } from '../keys/authenticate.ts';
import type { OpenStreams } from './open-streams.ts';

/** What a route works with. */
export interface RouteContext {
  service: Service;
  keys: ApiKeys;
  /** True when the service is bound to a loopback address: calls need no key until the first one is made. */
  open: boolean;
  streams: OpenStreams;
}

type Shape = z.ZodType;
type Output<S> = S extends Shape ? z.output<S> : undefined;

export interface RequestParts<P, Q, B> {
  params: Output<P>;
  query: Output<Q>;
  body: Output<B>;
  caller: Caller;
  /** The request, for what is done because of it later or elsewhere. */
  origin: RequestOrigin;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** One operation of the API: everything that validation, the handler and OpenAPI need to know of it. */
export interface Route<
  P extends Shape | undefined = Shape | undefined,
  Q extends Shape | undefined = Shape | undefined,
  B extends Shape | undefined = Shape | undefined,
  R extends Shape | undefined = Shape | undefined,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` for parameters. */
  path: string;
  summary: string;
  /** `public` needs no API key. */
  scope: ApiScope | 'public';
  /** Which keys it is for. By default those that reach the workspace of its path, and those for all workspaces where it names none. */
  reach?: 'every-key' | 'all-workspaces';
  /** True for probes of a load balancer: no limit applies to them. */
  isProbe?: boolean;
  params?: P;
  query?: Q;
  body?: B;
  /** Longest body; by default 64 KB. */
  bodyBytes?: number;
  /**
   * Status and shape of the answer; `media` where the handler answers by itself with something that is not JSON, `events` the shape of one
   * server-sent event.
   */
  answer: { status: number; schema?: R; media?: string; events?: Shape };
  /** Problems beside those that `problemsOf` adds. */
  problems: ProblemCode[];
  handle(context: RouteContext, parts: RequestParts<P, Q, B>): Promise<Output<R>>;
}

/** Gives the handler the types of the schemas beside it. */
export function route<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  R extends Shape | undefined = undefined,
>(definition: Route<P, Q, B, R>): Route {
  return definition as unknown as Route;
}
