import { argv } from 'node:process';
import { exitCode } from '../contracts/outcome.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { program } from './program.ts';

// Who reads the output may stop reading, as `head` does; a run goes on, since its records count for more than its words.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await (await program(argv.slice(2))).parseAsync(argv);
} catch (error) {
  process.exitCode = exitCodeOf(error, (message) => process.stderr.write(`${message}\n`));
}
// A command that leaves a timer or a socket behind must not hang after its last word.
process.exit(process.exitCode ?? exitCode.asExpected);
