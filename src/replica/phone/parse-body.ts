import type { z } from 'zod';
import { Refusal } from '../../contracts/refusal.ts';

/** A route below a phone. */
export interface WithId {
  Params: { id: string };
}

/** The body of a request. @throws Refusal `bad-request` that names the field. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : 'body: ';
  throw new Refusal('bad-request', `${where}${issue?.message}`);
}
