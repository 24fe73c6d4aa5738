/** Preloaded with `--import`: the process gets SIGTERM while it writes its first line to stdout. */
const { stdout } = process;
const write = stdout.write.bind(stdout) as (...given: unknown[]) => boolean;
stdout.write = (...given: unknown[]) => {
  stdout.write = write;
  const written = write(...given);
  process.kill(process.pid, 'SIGTERM');
  return written;
};
