import { argv } from 'node:process';
import { exitCode } from '../contracts/outcome.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { program } from './program.ts';

try {
  await (await program()).parseAsync(argv);
} catch (error) {
  process.exitCode = exitCodeOf(error, (message) => process.stderr.write(`${message}\n`));
}
// A command that leaves a timer or a socket behind must not hang after its last word.
process.exit(process.exitCode ?? exitCode.asExpected);
