import { z } from 'zod';

/** One thing that the harness needs of a machine. */
export const checkSchema = z.object({
  name: z.string(),
  /** `later`: the first run that needs it gets it by itself; `missing`: a person has to do something. */
  status: z.enum(['ok', 'later', 'missing']),
  /** What is there, or what is wrong. */
  found: z.string(),
  /** How to get what is missing, or null. */
  todo: z.string().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** What `doctor --json` prints. */
export const doctorReportSchema = z.object({
  schemaVersion: z.literal(1),
  ready: z.boolean(),
  checks: z.array(checkSchema),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;
