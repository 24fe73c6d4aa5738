import { z } from 'zod';
import { blames, phases } from '../codes/words.ts';

export const phaseSchema = z.enum(phases);
export type Phase = z.infer<typeof phaseSchema>;

export const outcomes = ['passed', 'failed', 'infra'] as const;
export const outcomeSchema = z.enum(outcomes);
export type Outcome = z.infer<typeof outcomeSchema>;

export const blameSchema = z.enum(blames);
export type Blame = z.infer<typeof blameSchema>;

export const targets = ['replica', 'live'] as const;
export const targetSchema = z.enum(targets);
export type Target = z.infer<typeof targetSchema>;
