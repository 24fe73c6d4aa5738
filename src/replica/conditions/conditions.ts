import type {
  ConditionOptions,
  PageCircumstances,
  ProfileCircumstances,
  ServerCircumstances,
} from '../../contracts/circumstances.ts';
import { accountBanned } from './account-banned.ts';
import { accountLocked } from './account-locked.ts';
import { accountRestricted } from './account-restricted.ts';
import { ackError } from './ack-error.ts';
import { companionRefresh } from './companion-refresh.ts';
import type { Condition } from './condition.ts';
import { conflict } from './conflict.ts';
import { deviceRemoved } from './device-removed.ts';
import { duplicateDelivery } from './duplicate-delivery.ts';
import { earlySync } from './early-sync.ts';
import { keptPage } from './kept-page.ts';
import { lateAck } from './late-ack.ts';
import { lazyModules } from './lazy-modules.ts';
import { lidChats } from './lid-chats.ts';
import { lidGroups } from './lid-groups.ts';
import { lidMigration } from './lid-migration.ts';
import { lockedProfile } from './locked-profile.ts';
import { longHistory } from './long-history.ts';
import { noAck } from './no-ack.ts';
import { offlinePeers } from './offline-peers.ts';
import { outOfOrder } from './out-of-order.ts';
import { partialHistory } from './partial-history.ts';
import { passkeyRequired } from './passkey-required.ts';
import { postLogoutBoot } from './post-logout-boot.ts';
import { profileInUse } from './profile-in-use.ts';
import { qrReload } from './qr-reload.ts';
import { reachoutTimelock } from './reachout-timelock.ts';
import { reloadAfterLink } from './reload-after-link.ts';
import { repeatedSync } from './repeated-sync.ts';
import { sameDocumentNavigation } from './same-document-navigation.ts';
import { slowCpu } from './slow-cpu.ts';
import { slowLink } from './slow-link.ts';
import { socketDrop } from './socket-drop.ts';
import { temporaryBan } from './temporary-ban.ts';
import { throwingRequire } from './throwing-require.ts';
import { tosBlock } from './tos-block.ts';
import { unclosedDialog } from './unclosed-dialog.ts';
import { undecryptable } from './undecryptable.ts';

/** All conditions; a new one is one file and one line here. */
export const conditions: readonly Condition[] = [
  accountBanned,
  accountLocked,
  accountRestricted,
  ackError,
  companionRefresh,
  conflict,
  deviceRemoved,
  duplicateDelivery,
  earlySync,
  keptPage,
  lateAck,
  lazyModules,
  lidChats,
  lidGroups,
  lidMigration,
  lockedProfile,
  longHistory,
  noAck,
  offlinePeers,
  outOfOrder,
  partialHistory,
  passkeyRequired,
  postLogoutBoot,
  profileInUse,
  qrReload,
  reachoutTimelock,
  reloadAfterLink,
  repeatedSync,
  sameDocumentNavigation,
  slowCpu,
  slowLink,
  socketDrop,
  temporaryBan,
  throwingRequire,
  tosBlock,
  unclosedDialog,
  undecryptable,
];

export function findCondition(name: string): Condition | undefined {
  return conditions.find((known) => known.name === name);
}

/** Seconds after the first sync for which a condition with default options is active; 0 for an unknown condition. */
export function lastsSeconds(name: string): number {
  const condition = findCondition(name);
  return condition?.lastsSeconds?.(condition.options) ?? 0;
}

/**
 * The options of a condition: the given ones, and defaults for the rest.
 *
 * @throws Error when an option does not exist or has another type than its default.
 */
export function completeOptions({ name, options }: Condition, given: ConditionOptions): ConditionOptions {
  for (const [option, value] of Object.entries(given)) {
    const normal = options[option];
    if (normal === undefined) {
      const known = Object.keys(options).join(', ') || 'none';
      throw new Error(`condition ${name} has no option "${option}"; its options: ${known}`);
    }
    if (typeof value !== typeof normal) {
      throw new Error(`option "${option}" of condition ${name} is a ${typeof normal}, like ${JSON.stringify(normal)}`);
    }
  }
  return { ...options, ...given };
}

/** What several conditions change together. */
export function circumstancesOf(
  on: ReadonlyMap<Condition, ConditionOptions>,
  timeScale: number,
): {
  page: PageCircumstances;
  server: ServerCircumstances;
  profile: ProfileCircumstances;
} {
  const page: PageCircumstances = {};
  const server: ServerCircumstances = {};
  const profile: ProfileCircumstances = {};
  for (const [condition, options] of on) {
    Object.assign(page, condition.page?.(options, timeScale));
    Object.assign(server, condition.server?.(options, timeScale));
    Object.assign(profile, condition.profile?.(options));
  }
  return { page, server, profile };
}
