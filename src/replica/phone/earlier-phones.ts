import { z } from 'zod';
import { contactRecordSchema } from '../../contracts/replica-protocol.ts';

const textSchema = z
  .strictObject({
    id: z.string(),
    from: z.string(),
    to: z.string(),
    body: z.string(),
    t: z.int(),
    ack: z.int(),
    pushname: z.string().optional(),
    quoted: z.strictObject({ id: z.string(), from: z.string(), body: z.string() }).optional(),
  })
  .transform(({ body, quoted, ...message }) => ({
    ...message,
    content: { kind: 'text', body },
    ...(quoted && { quoted: { id: quoted.id, from: quoted.from, content: { kind: 'text', body: quoted.body } } }),
  }));

const seenSchema = z
  .looseObject({ body: z.string() })
  .transform((message) => ({ ...message, content: { kind: 'text', body: message.body } }));

/** A file of phones of version 1, which knew texts only, as one of version 2. */
export const earlierPhonesSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    phones: z.array(
      z.looseObject({
        account: z
          .looseObject({
            contacts: z.array(contactRecordSchema),
            messages: z.array(textSchema),
            received: z.array(seenSchema),
            sent: z.array(seenSchema),
            devices: z.array(
              z.looseObject({ undelivered: z.array(textSchema) }).transform((device) => ({ ...device, missed: [] })),
            ),
          })
          .transform((account) => ({ ...account, mutations: [] })),
      }),
    ),
  })
  .transform(({ phones }) => ({ schemaVersion: 2, phones }));
