interface DriverError {
  code?: string;
  errno?: number;
  /** SQLite's extended result code. */
  errcode?: number;
  message?: string;
}

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'POOL_NONEAVAILABLE',
]);

/**
 * A server that answers, and lets this program do nothing for the time being (MySQL and MariaDB error numbers): a replica that was not
 * promoted yet, a password that was changed before it was changed here, a limit that was reached.
 */
const refusals = new Set([
  1021, // ER_DISK_FULL
  1044, // ER_DBACCESS_DENIED_ERROR
  1045, // ER_ACCESS_DENIED_ERROR
  1047, // a Galera node that is not part of its cluster yet
  1203, // ER_TOO_MANY_USER_CONNECTIONS
  1226, // ER_USER_LIMIT_REACHED
  1290, // read_only (MariaDB), super_read_only
  1836, // ER_READ_ONLY_MODE
  1927, // ER_CONNECTION_KILLED of MariaDB
]);

/** SQLite's READONLY, IOERR, FULL and CANTOPEN: a disk that is full, or away. */
const embeddedRefusals = new Set([8, 10, 13, 14]);

/** A unique index refused a row. */
export function isDuplicate(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  // MySQL 1062; SQLite's CONSTRAINT_UNIQUE and CONSTRAINT_PRIMARYKEY
  return errno === 1062 || errcode === 2067 || errcode === 1555;
}

/** A rule of the schema (a trigger) refused a change. */
export function isRuleBroken(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  // MySQL's SIGNAL with SQLSTATE 45000; SQLite's CONSTRAINT_TRIGGER
  return errno === 1644 || errcode === 1811;
}

/** The transaction lost against another one and can be run again. */
export function isConflict(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  // MySQL's deadlock and lock wait timeout, MariaDB's "record has changed since last read"; SQLite's BUSY
  return errno === 1213 || errno === 1205 || errno === 1020 || (errcode !== undefined && (errcode & 0xff) === 5);
}

/** The database does not answer: nothing is known of whether the last statement had an effect. */
export function isUnreachable(error: unknown): boolean {
  const { code, message } = driverError(error);
  return (code !== undefined && unreachableCodes.has(code)) || /closed state|Pool is closed/.test(message ?? '');
}

/** The database cannot be worked with at present, whatever is asked of it: what has to be written waits until it can be. */
export function isUnavailable(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  const refuses = errcode === undefined ? refusals.has(errno ?? 0) : embeddedRefusals.has(errcode & 0xff);
  return refuses || isUnreachable(error);
}

function driverError(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? (error as DriverError) : {};
}
