import { enableCompileCache } from 'node:module';
import { argv } from 'node:process';

// Compiled code is kept between starts: without it a start takes half as long again.
enableCompileCache();

// Who reads the output may stop reading, as `head` does; a run continues, since its records matter more than its output.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { exitCodeOf } = await import('./process/exit-code-of.ts');
const { program } = await import('./program.ts');
const { fitLines } = await import('../report/fit-text.ts');
try {
  await (await program(argv.slice(2))).parseAsync(argv);
} catch (error) {
  const { columns } = process.stderr;
  process.exitCode = exitCodeOf(error, (message) =>
    process.stderr.write(`${fitLines(message, columns || undefined)}\n`),
  );
}
// A command that leaves a timer or a socket behind must not hang after its last word. But most end by themselves: process.exit()
// in the middle of work waits for V8's compiler threads, one of which may wait for this thread to collect garbage, for ever
// (nodejs/node#54918; 1 to 15 of 100 `surface check` on two busy cores). A thread that has been idle has served them.
setTimeout(() => process.exit(), 2_000).unref();
