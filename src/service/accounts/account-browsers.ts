import type { Selectable } from 'kysely';
import { type AccountBrowser, browserArgumentSchema } from '../../contracts/account-browser.ts';
import { Problem } from '../problems.ts';
import type { Sealer } from '../sealer.ts';
import type { AccountId, SessionIds } from '../session-ids.ts';
import type { AccountRow, ServiceDatabase } from '../tables.ts';

/** The columns of an account that say how its browser is started. */
export type BrowserColumns = Pick<Selectable<AccountRow>, 'proxy' | 'proxy_credentials' | 'browser_arguments'>;

/** Reads and writes the proxy and the browser arguments of accounts. Credentials of proxies are sealed. */
export class AccountBrowsers {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;

  constructor(database: ServiceDatabase, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /** @throws Problem `older-instance` for a proxy, while an instance runs that would start the account without it. */
  columns(account: AccountId, { proxy, arguments: browserArguments }: AccountBrowser): BrowserColumns {
    if (proxy !== null && !this.#sealer.isOn) throw new Problem('older-instance');
    const { url, credentials } = proxy === null ? { url: null, credentials: null } : split(proxy);
    return {
      proxy: url,
      proxy_credentials: credentials && this.#sealer.seal(credentials, account),
      browser_arguments: browserArguments.length === 0 ? null : JSON.stringify(browserArguments),
    };
  }

  /** The session of the account is restarted for it by the instance that runs it. @throws Problem `older-instance` */
  async set({ account }: SessionIds, browser: AccountBrowser): Promise<void> {
    await this.#database.kysely
      .updateTable('whatsapp_accounts')
      .set(({ eb }) => ({
        ...this.columns(account, browser),
        browser_revision: eb('browser_revision', '+', 1),
      }))
      .where('id', '=', account)
      .execute();
  }

  async of(account: AccountId): Promise<AccountBrowser> {
    const {
      proxy,
      proxy_credentials: credentials,
      browser_arguments,
    } = await this.#database.kysely
      .selectFrom('whatsapp_accounts')
      .select(['proxy', 'proxy_credentials', 'browser_arguments'])
      .where('id', '=', account)
      .executeTakeFirstOrThrow();
    return {
      proxy: proxy && joined(proxy, credentials && this.#sealer.open(credentials, account)),
      arguments: argumentsOf(browser_arguments),
    };
  }
}

/** The browser arguments in a row. One that is no longer allowed is left out. */
export function argumentsOf(text: string | null): string[] {
  const all = text === null ? [] : (JSON.parse(text) as string[]);
  return all.filter((argument) => browserArgumentSchema.safeParse(argument).success);
}

function split(proxy: string): { url: string; credentials: string | null } {
  const [, protocol, credentials, address] = /^(\w+:\/\/)(?:(.*)@)?(.*)$/.exec(proxy) ?? [];
  return { url: `${protocol}${address}`, credentials: credentials ?? null };
}

function joined(url: string, credentials: string | null): string {
  return credentials === null ? url : url.replace('://', `://${credentials}@`);
}
