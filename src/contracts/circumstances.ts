/** What conditions change about the page. An absent field: as ever. Times in milliseconds. */
export interface PageCircumstances {
  /** Modules of tier 1 and 2 that are registered only when their bundle is asked for. */
  lateModules?: { names: string[]; onRestoreOnly: boolean };
  /** `require` of an unknown name throws instead of answering undefined. */
  unknownModuleThrows?: boolean;
  /** A page with a linked device sets `Debug.VERSION` only when its first sync is done. */
  versionAfterSync?: boolean;
  /** The page reloads itself this long after it began to show a QR code. */
  reloadWhileUnpairedMs?: number;
  /** The page reloads itself once, this long after the first sync of a device that it linked. */
  reloadAfterLinkMs?: number;
  /** `count` history entries and iframes, one of each `everyMs`. */
  navigations?: { count: number; everyMs: number };
  /** `hasSynced` goes and comes again, this long after the first sync. */
  repeatedSyncMs?: number;
  /** The main thread is busy `busyMs` out of `everyMs`. */
  busy?: { busyMs: number; everyMs: number };
  /** Logout leaves the clearing to the next start of the page. */
  logoutEndsAtNextBoot?: boolean;
}

/** What conditions change about the server. Times in milliseconds. */
export interface ServerCircumstances {
  /** From the login of a device that has synced before to the end of its next sync. */
  restoreSyncMs?: number;
  /** Every frame and every answer takes this much longer. */
  delayMs?: number;
  /** Connections end `afterMs` after the first sync, and none is taken for `forMs`; once. */
  drop?: { afterMs: number; forMs: number };
  /** The page is told to make a new ADV secret this long after it got its refs; phones scan after that. */
  newSecretAfterMs?: number;
  /** Another connection takes the device's place this long after its first sync; once. */
  replacedAfterMs?: number;
}

export type ConditionOptions = Record<string, string | number | boolean>;
