import { z } from 'zod';
import { sessionCauses } from '../codes/codes.ts';
import { accountSchema, exactVersionSchema, pageQuery } from './service-api.ts';
import { accountSorts, accountStatuses, sortOrders } from './service-states.ts';

/** Lists of accounts: which ones, in which sequence, and how many there are. Query values come as text. */

const anyStatus = accountStatuses.join('|');

/** What is left out does not matter. */
export const accountFilterQuery = z.strictObject({
  status: z
    .string()
    .regex(
      new RegExp(`^(${anyStatus})(,(${anyStatus}))*$`),
      `statuses, separated by commas: ${accountStatuses.join(', ')}`,
    )
    .optional()
    .describe('only accounts with one of these statuses'),
  attention: z
    .enum(['any', 'none', ...sessionCauses])
    .optional()
    .describe('only accounts that need attention, that need none, or that need it for this code'),
  phone: z
    .string()
    .regex(/^\d{1,15}$/, '1 to 15 digits')
    .optional()
    .describe('only accounts whose number contains these digits'),
  library: exactVersionSchema.optional().describe('only accounts that this version hosted last'),
});

/** A value of the sort and an id, joined by a dot. */
const position = z.string().regex(/^[\w.-]{1,100}$/, 'the `next` of the page before');

export const accountsQuery = accountFilterQuery.extend({
  sort: z.enum(accountSorts).default('id').describe('versions and numbers are compared as text'),
  order: z.enum(sortOrders).default('ascending'),
  limit: pageQuery.shape.limit,
  after: position.optional(),
});
export const accountsSchema = z.strictObject({ items: z.array(accountSchema), next: position.nullable() });

const count = z.int().min(0);
export const accountCountsSchema = z.strictObject({
  accounts: count,
  statuses: z.record(z.enum(accountStatuses), count),
  attention: z.array(z.strictObject({ code: z.string(), accounts: count })).describe('the most frequent code first'),
  libraries: z
    .array(z.strictObject({ library: z.string(), accounts: count }))
    .describe('the most frequent version first'),
});
