import { z } from 'zod';

/**
 * The steps of an attempt, in order; each has a deadline and a timing of its own. `code`, `message` and `disconnected` occur
 * only in flows that are about them.
 */
export const phases = [
  'install',
  'launch',
  'page',
  'qr',
  'code',
  'scan',
  'authenticated',
  'ready',
  'probe',
  'message',
  'disconnected',
  'close',
] as const;
export const phaseSchema = z.enum(phases);
export type Phase = z.infer<typeof phaseSchema>;

export const outcomes = ['passed', 'failed', 'infra'] as const;
export const outcomeSchema = z.enum(outcomes);
export type Outcome = z.infer<typeof outcomeSchema>;

/** Whose fault a failure is. */
export const blames = ['library', 'web-build', 'browser', 'account', 'network', 'harness'] as const;
export const blameSchema = z.enum(blames);
export type Blame = z.infer<typeof blameSchema>;

export const targets = ['replica', 'live'] as const;
export const targetSchema = z.enum(targets);
export type Target = z.infer<typeof targetSchema>;
