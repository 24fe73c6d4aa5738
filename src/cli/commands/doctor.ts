import { Command } from 'commander';
import type { DoctorReport } from '../../contracts/doctor.ts';
import { exitCode } from '../../contracts/exit-code.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import { checkMachine } from '../doctor/check-machine.ts';

/** `doctor`: what is missing on this machine, and how to get it. */
export function doctorCommand(): Command {
  return new Command()
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 when runs can start, 4 when something has to be repaired first.\n\nExample:\n  wwebjs-canary doctor',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const checks = await checkMachine();
      const ready = checks.every(({ status }) => status !== 'missing');
      if (json) {
        console.log(JSON.stringify({ schemaVersion: 1, ready, checks } satisfies DoctorReport, null, 2));
      } else {
        const { result, width } = processTerminal();
        const rows = checks.map(({ name, status, found, todo }) => [status, name, todo ? `${found}: ${todo}` : found]);
        result(`${columns(rows, width)}${ready ? 'ready' : 'not ready: see what is missing above'}\n`);
      }
      process.exitCode = ready ? exitCode.asExpected : exitCode.trouble;
    });
}
