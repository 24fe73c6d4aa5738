import { enableCompileCache } from 'node:module';
import { argv } from 'node:process';
import { setFlagsFromString } from 'node:v8';

// Compiled code is kept between starts: without it a start takes half as long again.
enableCompileCache();
// Measured over 24 attempts: the process stays at 157 MB instead of 231, for the same CPU time.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');

// Who reads the output may stop reading, as `head` does; a run goes on, since its records count for more than its words.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { exitCodeOf } = await import('./exit-code-of.ts');
const { program } = await import('./program.ts');
try {
  await (await program(argv.slice(2))).parseAsync(argv);
} catch (error) {
  process.exitCode = exitCodeOf(error, (message) => process.stderr.write(`${message}\n`));
}
// A command that leaves a timer or a socket behind must not hang after its last word.
process.exit();
