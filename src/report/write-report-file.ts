import { createWriteStream, renameSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { TroubleError } from '../contracts/input-error.ts';

/**
 * Writes a report in pieces. A regular file appears only when it is whole; a device or a pipe such as /dev/stdout is written directly.
 *
 * @throws TroubleError naming the file when it cannot be written, e.g. on a full disk.
 */
export async function writeReportFile(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const special = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
  const written = special ? file : `${file}.part`;
  try {
    await pipeline(pieces, createWriteStream(written));
    if (!special) renameSync(written, file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOSPC' ? 'the disk is full' : message;
    throw new TroubleError(`the report ${file} could not be written: ${why}`, { cause: error });
  }
}
