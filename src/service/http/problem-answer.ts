import type { FastifyError } from 'fastify';
import { z } from 'zod';
import type { ProblemBody } from '../../contracts/service-api.ts';
import { isUnavailable } from '../../store/database/database-errors.ts';
import { Problem, type ProblemCode, problems } from '../problems.ts';

/** Fastify's own errors that a caller can cause. */
const ofFastify: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
};

/** Any error as the answer to the caller, without internal details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return new Problem('database-unreachable', undefined, { cause: error });
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  const known = ofFastify[code];
  if (known) return new Problem(known, undefined, { cause: error });
  if (statusCode < 500) return new Problem('invalid-request', (error as Error).message, { cause: error });
  return new Problem('internal', undefined, { cause: error });
}

/** The body of a problem answer (RFC 9457). */
export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { status, title } = problems[problem.code];
  const { message: detail, code, cause } = problem;
  const type = `urn:wwebjs-canary:problem:${code}`;
  const explained = problem.explained && { cause: problem.explained };
  const body = { type, title, status, code, detail, instance: requestId, ...explained };
  return cause instanceof z.ZodError ? { ...body, errors: cause.issues.flatMap(describeIssue) } : body;
}

function describeIssue({ path, message, ...issue }: z.core.$ZodIssue): { field: string; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.'), message }];
  return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'there is no such field' }));
}
