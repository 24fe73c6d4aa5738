import { z } from 'zod';

/** One requirement of the harness on a machine. */
export const checkSchema = z.object({
  name: z.string(),
  /** `later`: the first run that needs it installs it; `warning`: runs can start, a person should act; `missing`: a person has to act. */
  status: z.enum(['ok', 'later', 'warning', 'missing']),
  /** What was found, or what is wrong. */
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
