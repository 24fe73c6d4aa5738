import { z } from 'zod';
import { causeSchema } from './attempt.ts';
import { blameSchema } from './outcome.ts';

/** Shapes of `POST .../calls`: a public method of the library, called by name. */

/**
 * Which methods an API key may call, by the names of the type definitions with their class, and which events it may follow, by their names
 * after `event.`
 */
const methodPattern = z
  .string()
  .regex(
    /^([A-Z]\w{0,40}\.(\*|[a-z]\w{0,63})|event\.(\*|[a-z][a-z_]{0,62}))$/,
    'a method such as Client.sendMessage or Chat.*, or an event such as event.message or event.*',
  );
export const methodRulesSchema = z.strictObject({
  allow: z.array(methodPattern).max(200).optional().describe('the only methods and events; without it, all'),
  deny: z
    .array(methodPattern)
    .max(200)
    .optional()
    .describe('methods and events that are not allowed, even where `allow` has them'),
});
export type MethodRules = z.output<typeof methodRulesSchema>;

/** Longest id of a message is about 100 characters. */
const objectId = z.string().min(1).max(200);

/** Bytes in a call, in base64; as many as a body may have. */
const mediaSchema = z
  .union([
    z.strictObject({
      mimetype: z.string().regex(/^[\w.+-]+\/[\w.+-]+(;.*)?$/, 'a type such as image/png'),
      data: z.base64(),
      filename: z.string().max(255).optional(),
    }),
    z.strictObject({ url: z.url({ protocol: /^https?$/ }), filename: z.string().max(255).optional() }),
  ])
  .describe('a file: its bytes in base64, or an address from which the service downloads it');

/** The forms of an argument that are more than JSON: an object with one key that begins with `$`. */
export const argumentForms = {
  $media: z.strictObject({ $media: mediaSchema }),
  $new: z.strictObject({ $new: z.string().regex(/^[A-Z]\w{0,40}$/), args: z.array(z.unknown()).max(10) }),
  $contact: z.strictObject({ $contact: objectId }),
  $date: z.strictObject({ $date: z.iso.datetime({ offset: true }) }),
};

export const libraryCallSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[a-z]\w{0,63}$/, 'the name of a method')
    .describe('as in the type definitions of the library version that hosts the account'),
  args: z
    .array(z.unknown())
    .max(16)
    .default([])
    .describe('JSON; {"$media"}, {"$new"}, {"$contact"} and {"$date"} make objects: docs/service-client.md'),
  on: z
    .union([
      z.strictObject({ message: objectId }),
      z.strictObject({ chat: objectId }),
      z.strictObject({ contact: objectId }),
    ])
    .optional()
    .describe('the object that has the method; without it, the client'),
  deadlineMs: z
    .int()
    .min(100)
    .max(50_000)
    .default(30_000)
    .describe('after it the answer is call-unknown: the call may have had its effect'),
});
export type CallBody = z.output<typeof libraryCallSchema>;

/** How a call of a method ended; `rejected` by its arguments or its object, before the method did anything. */
export const callOutcomes = ['answered', 'failed', 'unknown', 'rejected'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** Why a call failed, as canaries explain it. */
export const callCauseSchema = z.strictObject({
  ...causeSchema.shape,
  code: z.string().describe('of docs/codes.md'),
  blame: blameSchema
    .nullable()
    .describe('whose fault it is; null where nothing is proven, as in a call with an id that is none'),
});
export type CallCause = z.output<typeof callCauseSchema>;

export const answeredMediaSchema = z.strictObject({
  id: z.string(),
  mimetype: z.string(),
  filename: z.string().nullable(),
  bytes: z.int().min(0),
  url: z.string().describe('GET it once, within five minutes'),
});

export const libraryAnswerSchema = z.strictObject({
  value: z.unknown().describe('plain data; {"$media": 0} stands for the first of `media`'),
  of: z.string().nullable().describe('the class of an object, such as Message'),
  media: z.array(answeredMediaSchema),
});
export type Called = z.output<typeof libraryAnswerSchema>;
