import { z } from 'zod';

/** The name of an event of the library's client. */
export const eventNameSchema = z
  .string()
  .regex(/^[a-z][a-z_]{0,62}$/, 'the name of an event such as message_ack')
  .describe('an event of the client in the type definitions of the library version');

/** Names in a query, separated by commas. */
export const eventNamesSchema = z
  .string()
  .regex(/^[a-z][a-z_]{0,62}(,[a-z][a-z_]{0,62}){0,99}$/, 'names of events, separated by commas')
  .describe('names of events, separated by commas; without it, all that the library version has');

/** Events of the service itself. */
const accountEvents = ['account.status', 'account.attention'] as const;
/** What a webhook subscribes to. */
export const subscriptionsSchema = z
  .array(z.union([z.enum(accountEvents), eventNameSchema]))
  .min(1)
  .max(100)
  .refine((names) => new Set(names).size === names.length, 'each name once');

/** The names of the library's events among subscriptions. */
export function libraryNames(subscriptions: readonly string[]): string[] {
  return subscriptions.filter((name) => !accountEvents.some((own) => own === name));
}
