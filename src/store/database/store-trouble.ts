import { TroubleError } from '../../contracts/input-error.ts';

/** What SQLite's primary result codes mean for the person who runs the command. */
const meanings: Record<number, string> = {
  5: 'another process keeps it locked',
  8: 'it is read-only; give write permission, or set WWEBJS_CANARY_HOME to a folder that can be written',
  10: 'the disk reported a read or write error',
  11: 'it is damaged; move it away (a new one is made) or restore a copy',
  13: 'the disk is full; make room, or set WWEBJS_CANARY_HOME to a folder on another disk',
  14: 'it cannot be opened or created; check the folder and its permissions, or set WWEBJS_CANARY_HOME',
  26: 'it is not an SQLite database; move it away (a new one is made) or restore a copy',
};

/** A database error as one sentence that names the file and what to do. Other errors are returned unchanged. */
export function storeTrouble(file: string, error: unknown): unknown {
  const { errcode, message } = error as { errcode?: number; message?: string };
  if (typeof errcode !== 'number') return error;
  // The low byte is the primary code; the rest only refines it.
  const meaning = meanings[errcode & 0xff] ?? message;
  return new TroubleError(`store ${file}: ${meaning}`, { cause: error });
}
