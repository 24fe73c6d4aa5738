/** What conditions change in the page; an absent field changes nothing. Times in milliseconds. */
export interface PageCircumstances {
  /** The page reports each QR code that it shows. No condition: the replica has a phone that scans by itself. */
  reportsQr?: boolean;
  /** Modules of tier 1 and 2 that are registered only when their bundle is requested. */
  lateModules?: { names: string[]; onRestoreOnly: boolean };
  /** `require` of an unknown name throws instead of returning undefined. */
  unknownModuleThrows?: boolean;
  /** A page with a linked device sets `Debug.VERSION` only when its first sync is done. */
  versionAfterSync?: boolean;
  /** The page reloads itself this long after it began to show a QR code. */
  reloadWhileUnpairedMs?: number;
  /** The page reloads itself once, this long after the first sync of a device that it linked. */
  reloadAfterLinkMs?: number;
  /** `count` history entries and iframes, one of each `everyMs`. */
  navigations?: { count: number; everyMs: number };
  /** `hasSynced` is unset and set again, this long after the first sync. */
  repeatedSyncMs?: number;
  /** The main thread is busy `busyMs` out of `everyMs`. */
  busy?: { busyMs: number; everyMs: number };
  /** The phone removes the device so long after its first sync, unless the dialog that tells what is new was closed. */
  removedUnlessClosedMs?: number;
  /** The page opens the chat of a lid for the number behind it. */
  chatsByLid?: boolean;
  /** No chat opens with a number whose lid the page does not know. */
  chatsNeedLid?: boolean;
  /** How long the account may not write to new contacts, from the login of the page on. */
  timelockMs?: number;
  /** The page has a service worker, which every page of the live site has; one that `refreshes` reloads when a later one took over. */
  serviceWorker?: 'registers' | 'refreshes';
  /** The account is blocked until its person has accepted the terms, this long after each sync. */
  blockedAfterMs?: number;
  /** Logout leaves clearing the storages to the next start of the page. */
  logoutEndsAtNextBoot?: boolean;
}

/** What conditions change in the server. Times in milliseconds. */
export interface ServerCircumstances {
  /** From the login of a device that has synced before to the end of its next sync. */
  restoreSyncMs?: number;
  /** Delay of every frame and every answer. */
  delayMs?: number;
  /** Once, `afterMs` after the first sync, all connections end and the server refuses connections for `forMs`. */
  drop?: { afterMs: number; forMs: number };
  /** The server requests a new ADV secret this long after it sent the refs; phones scan after that. */
  newSecretAfterMs?: number;
  /** Why the phone links no device. */
  refusesLink?: 'passkey-required' | 'account-restricted' | 'account-banned';
  /** The server logs devices out this long after the first sync, and at each login. */
  bannedAfterMs?: number;
  /** The server refuses each login, since the account is locked. */
  accountLocked?: true;
  /** The server refuses each login, and says that the account is banned for so long. */
  bannedForMs?: number;
  /** Once, this long after the first sync, another connection replaces that of the device. */
  replacedAfterMs?: number;
  /** Once, this long after the first sync, all online devices are removed from their accounts. */
  removedAfterMs?: number;
  /** Whether the server takes `none` of the messages of pages, or refuses each in its ack. */
  acks?: 'none' | 'error';
  /** From a message of a page to its first ack. */
  ackAfterMs?: number;
  /** Pages get messages to one person, and what happens in the chat, by lid. */
  chatsByLid?: true;
  /** Groups that are made name people by lid. */
  groupsByLid?: true;
  /** No message reaches another person. */
  peersOffline?: true;
  /** Each message to a page is sent twice. */
  deliversTwice?: true;
  /** Messages that come within this time reach a page latest first. */
  reordersWithinMs?: number;
  /** The service worker keeps the html of its build and answers with it. */
  workerKeepsPage?: true;
  /** How long the history of a new device takes after its first sync; without it, it comes with the sync. */
  historyMs?: number;
  /** How many messages of each chat a new device gets; the phone has the older ones. */
  historyPerChat?: number;
  /** Pages cannot decrypt messages of others; the sender sends them again `afterMs` later, the phone `afterMs` after a request. */
  undecryptable?: { bySender: boolean; byPhone: boolean; afterMs: number };
}

/** What conditions change in the profile of a browser before it starts. */
export interface ProfileCircumstances {
  /** The machine whose browser has locked the profile. */
  lockedBy?: string;
  /** A second browser runs on the profile. */
  isInUse?: boolean;
}

export type ConditionOptions = Record<string, string | number | boolean>;
