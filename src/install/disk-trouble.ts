import { TroubleError } from '../contracts/input-error.ts';

const explanations: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space or choose another folder with WWEBJS_CANARY_HOME',
  EDQUOT: 'the disk quota is used up; free some space or choose another folder with WWEBJS_CANARY_HOME',
  EROFS: 'the file system is read-only; choose another folder with WWEBJS_CANARY_HOME',
  EACCES: 'this user may not write there; choose another folder with WWEBJS_CANARY_HOME or correct the permissions',
  EPERM: 'this user may not write there; choose another folder with WWEBJS_CANARY_HOME or correct the permissions',
  ENOTDIR: 'a part of the path is a file; choose another folder with WWEBJS_CANARY_HOME',
  // What node:sqlite says when it cannot open a file, whatever the reason.
  ERR_SQLITE_ERROR: 'no file can be made there; look at permissions and free space or set WWEBJS_CANARY_HOME',
};

/** True for an errno name that `diskTrouble` has a sentence for. */
export function isDiskCode(code: string | undefined): boolean {
  return code !== undefined && code in explanations;
}

/** The same error, or, where it is the disk's fault, a TroubleError that names the folder and what to do. */
export function diskTrouble(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const explanation = code === undefined ? undefined : explanations[code];
  return explanation ? new TroubleError(`cannot write to ${folder}: ${explanation} (${code})`) : error;
}
