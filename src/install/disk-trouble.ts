import { TroubleError } from '../contracts/input-error.ts';

const explanations: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  // The code of node:sqlite when it cannot open a file, for any reason.
  ERR_SQLITE_ERROR: 'no file can be made there',
};

const otherHome = 'correct that, or choose another folder with WWEBJS_CANARY_HOME';

/** True for an errno name that `diskTrouble` has a sentence for. */
export function isDiskCode(code: string | undefined): boolean {
  return code !== undefined && code in explanations;
}

/** Returns the error itself, or for a problem of the disk a TroubleError that names the folder and what to do. */
export function diskTrouble(error: unknown, folder: string, todo = otherHome): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const explanation = code === undefined ? undefined : explanations[code];
  return explanation ? new TroubleError(`cannot write to ${folder}: ${explanation} (${code}); ${todo}`) : error;
}
