import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { TroubleError } from '../contracts/input-error.ts';

/** The name of standard output where a file is asked for. */
export const standardOutput = '-';

/**
 * Writes a report in pieces. A regular file appears only when it is complete; a device or a pipe such as /dev/stdout is written
 * directly.
 *
 * @param file a path, or `-` for standard output.
 * @throws TroubleError naming the file when it cannot be written, e.g. on a full disk.
 */
export async function writeReportFile(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  if (file === standardOutput) return pipeline(pieces, process.stdout, { end: false });
  const written = writtenFirst(file);
  try {
    await pipeline(pieces, createWriteStream(written));
    if (written !== file) renameSync(written, file);
  } catch (error) {
    if (written !== file) rmSync(written, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOSPC' ? 'the disk is full' : message;
    throw new TroubleError(`the report ${file} could not be written: ${why}`, { cause: error });
  }
}

/** What is written before it gets the name of the file: a file beside it, or the device or pipe itself. */
export function writtenFirst(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === false ? file : `${file}.part`;
}
