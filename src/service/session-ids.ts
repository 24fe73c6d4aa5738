import { randomUUID } from 'node:crypto';

declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type WorkspaceId = Id<'workspace'>;
export type AccountId = Id<'account'>;
export type SessionId = Id<'session'>;

/** Makes an id of a text from a request or a row. */
export const workspaceId = (text: string) => text as WorkspaceId;
export const accountId = (text: string) => text as AccountId;
export const sessionId = (text: string) => text as SessionId;

/**
 * The three ids of one session, which are useful only together: a session that is restored without its account is lost at the next
 * restart. The private field makes the type nominal: only `create`, `of` and `ofRow` make one, and each needs all three.
 */
export class SessionIds {
  readonly session: SessionId;
  readonly workspace: WorkspaceId;
  readonly account: AccountId;
  readonly #complete = true;

  private constructor(session: SessionId, workspace: WorkspaceId, account: AccountId) {
    this.session = session;
    this.workspace = workspace;
    this.account = account;
  }

  /** The ids of a session that does not exist yet. */
  static create(workspace: WorkspaceId): SessionIds {
    return new SessionIds(sessionId(randomUUID()), workspace, accountId(randomUUID()));
  }

  static of(ids: { session: SessionId; workspace: WorkspaceId; account: AccountId }): SessionIds {
    return new SessionIds(ids.session, ids.workspace, ids.account);
  }

  /** @param row of the table `sessions`. */
  static ofRow(row: { id: string; workspace_id: string; account_id: string }): SessionIds {
    return new SessionIds(sessionId(row.id), workspaceId(row.workspace_id), accountId(row.account_id));
  }

  /** True for an object that was made by this class. */
  static is(value: object): value is SessionIds {
    return #complete in value;
  }
}
