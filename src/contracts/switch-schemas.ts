import { z } from 'zod';
import { readSwitches, switchesText } from './switches.ts';

/** Values of switches by name; a switch that is not named has the default of its build. */
export const switchValuesSchema = z.record(z.string(), z.string());

/** Switches of cells in a file: `none`, or `name=value` of one or several joined by `+`; kept in their one text. */
export const switchesAxisSchema = z.array(z.string().transform(inOneText)).min(1);

function inOneText(text: string, context: z.RefinementCtx): string {
  try {
    return switchesText(readSwitches(text));
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}
