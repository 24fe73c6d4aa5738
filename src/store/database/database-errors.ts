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

function driverError(error: unknown): DriverError {
  return typeof error === 'object' && error !== null ? (error as DriverError) : {};
}
