import { existsSync } from 'node:fs';
import { FolderBlobs } from '../../blobs/folder-blobs.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { onCi } from '../../contracts/on-ci.ts';
import { AccountPool } from '../../live/account-pool.ts';
import { CodeShower } from '../../live/code-shower.ts';
import { phoneReminder } from '../../live/limits.ts';
import { type LiveAttemptOptions, LiveAttempts } from '../../live/live-attempts.ts';
import { type LivePolicy, readLivePolicy } from '../../live/live-policy.ts';
import type { LivePool } from '../../live/live-starts.ts';
import type { ListedAccount } from '../../live/pool-tables.ts';
import type { LiveTables } from '../../live/tables.ts';
import { processTerminal } from '../../report/terminal.ts';
import { openVault, type Vault } from '../../service/profiles/open-vault.ts';
import { SealedProfiles } from '../../service/profiles/sealed-profiles.ts';
import { sealKeys } from '../../service/seal-keys.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { plural } from '../../words/text.ts';
import type { PoolOptions } from '../options/live-options.ts';
import { embeddedDatabase } from '../options/service-database.ts';

/**
 * Opens the pool of live accounts, works with it, and closes it. Machines that share a database have to share profiles and key.
 *
 * @throws InputError for a policy beyond the hard limits, a wrong key or address, and on a runner of CI without a shared database.
 */
export async function withPool<T>(
  { database: address, profiles }: PoolOptions,
  work: (pool: LivePool) => Promise<T>,
  env = process.env,
): Promise<T> {
  const policy = readLivePolicy();
  const { blobs, keys } = openStore({ address, profiles }, env);
  const database = await openDatabase<LiveTables>(address ?? embeddedDatabase());
  try {
    const accounts = new AccountPool(database, policy, keys);
    return await work({ accounts, profiles: new SealedProfiles(blobs, keys), policy });
  } finally {
    await database.close();
  }
}

/** The same for commands that make attempts: in the end it names the phones that a person has to open. */
export async function withPoolInUse<T>(options: PoolOptions, work: (pool: LivePool) => Promise<T>): Promise<T> {
  return withPool(options, async (pool) => {
    const value = await work(pool);
    const line = phonesToOpen(await pool.accounts.listSealed(), pool.policy, await pool.accounts.now());
    if (line !== null) processTerminal().progress(`${line}\n`);
    return value;
  });
}

/** One line; null where no reminder is due. @param now milliseconds since 1970 */
function phonesToOpen(
  accounts: readonly Pick<ListedAccount, 'name' | 'state' | 'phoneSeenAt'>[],
  policy: LivePolicy,
  now: number,
): string | null {
  const due = accounts.flatMap(({ name, state, phoneSeenAt }) => {
    const reminder = state === 'retired' ? null : phoneReminder(policy, phoneSeenAt, now);
    return reminder === null ? [] : [{ name, left: reminder.left }];
  });
  if (due.length === 0) return null;
  const names = due.map(({ name }) => name).join(' and ');
  const left = Math.min(...due.map((each) => each.left));
  return `open WhatsApp on the phone of ${names}, then \`account check NAME --phone-seen\`: it logs out all devices in ${plural(left, 'day')}`;
}

/**
 * Opens the accounts without their profiles, for what a person does from any machine: it needs neither `--profiles` nor the key.
 *
 * @throws InputError for a policy beyond the hard limits, a wrong address, and on a runner of CI without a shared database.
 */
export async function withSealedPool<T>(
  { database: address }: PoolOptions,
  work: (accounts: AccountPool, policy: LivePolicy) => Promise<T>,
  env = process.env,
): Promise<T> {
  const policy = readLivePolicy();
  checkRunner(address, env);
  const file = home('seal.key');
  const isConfigured = env.WWEBJS_CANARY_SEAL_KEY || env.WWEBJS_CANARY_PROFILE_KEY || existsSync(file);
  const keys = isConfigured ? sealKeys(env, file)() : [];
  const database = await openDatabase<LiveTables>(address ?? embeddedDatabase());
  try {
    return await work(new AccountPool(database, policy, keys), policy);
  } finally {
    await database.close();
  }
}

/**
 * As `withPool`, for commands that use accounts and add none.
 *
 * @throws InputError where there can be no account: a store that is made for this would be all that is left of the command.
 */
export async function withPoolThere<T>(options: PoolOptions, work: (pool: LivePool) => Promise<T>): Promise<T> {
  if (options.database === undefined && !existsSync(home('store.sqlite')))
    throw new InputError(
      '--target live: there is no live account yet; `account add` links the first one (docs/live.md)',
    );
  return withPoolInUse(options, work);
}

function openStore(
  { address, profiles }: { address?: string | undefined; profiles?: string | undefined },
  env: NodeJS.ProcessEnv,
): Vault {
  checkRunner(address, env);
  if (isShared(address) && profiles === undefined)
    throw new InputError(
      '--profiles: machines that share a database of live accounts share the store of their profiles too',
    );
  if (onCi(env) && profiles?.startsWith('folder:'))
    processTerminal().progress(
      `--profiles ${profiles}: it has to be a folder that all runners share; with one of this runner alone the next runner has no profile, and the account has to be linked anew (docs/live.md)\n`,
    );
  if (profiles !== undefined) return openVault(profiles, env);
  return { blobs: new FolderBlobs(home('live-profiles')), keys: sealKeys(env, home('seal.key'))() };
}

function isShared(address: string | undefined): boolean {
  return address !== undefined && !address.startsWith('sqlite:');
}

function checkRunner(address: string | undefined, env: NodeJS.ProcessEnv): void {
  if (onCi(env) && !isShared(address))
    throw new InputError(
      'live accounts on a runner of CI need a database that all machines share (--database mysql://...): a profile that comes with the runner is a copy, and WhatsApp ends the link of a device that is there twice (docs/live.md)',
    );
}

export interface LiveRunOptions {
  accounts?: readonly string[] | undefined;
  onCode?: string | undefined;
  /** Where QR codes are written as PNG. */
  qrFile?: string | undefined;
  screenshots?: boolean | undefined;
  /** As of `LiveAttempts`. */
  keepsDevices?: boolean | undefined;
  /** As of `LiveAttempts`. */
  waitsElsewhere?: boolean | undefined;
  /** No flow that links is attempted: what is written is a log, which would keep the code. */
  showsNoCodes?: boolean | undefined;
  write(text: string): void;
}

/** Makes attempts with the accounts of a pool, and shows codes in the terminal. */
export function liveAttempts(pool: LivePool, options: LiveRunOptions): LiveAttempts {
  return new LiveAttempts(pool, startOptions(options));
}

/** How attempts start in a terminal, which shows their codes. */
export function startOptions({
  accounts,
  onCode,
  qrFile,
  screenshots = false,
  keepsDevices,
  waitsElsewhere,
  showsNoCodes = false,
  write,
}: LiveRunOptions): LiveAttemptOptions {
  return {
    accounts,
    shower: showsNoCodes
      ? undefined
      : (account) => new CodeShower({ account, onCode, file: qrFile ?? home(`${account}-qr.png`), write }),
    screenshots,
    keepsDevices,
    waitsElsewhere,
    say: (line) => write(`${line}\n`),
  };
}
