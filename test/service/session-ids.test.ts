import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Accounts } from '../../src/service/accounts/accounts.ts';
import type { Lease } from '../../src/service/leases/lease.ts';
import {
  type AccountId,
  accountId,
  type SessionId,
  SessionIds,
  sessionId,
  type WorkspaceId,
  workspaceId,
} from '../../src/service/session-ids.ts';
import type { HostedSession } from '../../src/service/sessions/hosted-session.ts';
import type { Sessions } from '../../src/service/sessions/sessions.ts';

const all = { session: sessionId('s'), workspace: workspaceId('w'), account: accountId('a') };

describe('the ids of a session go together', () => {
  test('a set that lacks one does not compile', () => {
    const { session, workspace, account } = all;
    // @ts-expect-error the account is missing: this is the call that lost sessions at every restart
    SessionIds.of({ session, workspace });
    // @ts-expect-error the workspace is missing
    SessionIds.of({ session, account });
    // @ts-expect-error the session is missing
    SessionIds.of({ workspace, account });
    expect(SessionIds.of(all)).toMatchObject(all);
  });

  test('ids that are mixed up or plain text do not compile', () => {
    // @ts-expect-error account and session changed places
    SessionIds.of({ ...all, account: all.session, session: all.account });
    // @ts-expect-error text is no id
    SessionIds.of({ ...all, session: 's' });
    expectTypeOf<SessionId>().not.toExtend<AccountId>();
    expectTypeOf<WorkspaceId>().not.toExtend<AccountId>();
  });

  test('nothing that only looks like them is taken where a session is meant', () => {
    expectTypeOf(all).not.toExtend<SessionIds>();
    expectTypeOf<Parameters<Accounts['delete']>[0]>().toEqualTypeOf<SessionIds>();
    expectTypeOf<Parameters<Sessions['sendText']>[0]>().toEqualTypeOf<SessionIds>();
    expectTypeOf<Lease['ids']>().toEqualTypeOf<SessionIds>();
    expect(SessionIds.is(all)).toBe(false);
    expect(SessionIds.is(SessionIds.of(all))).toBe(true);
  });

  test('a session can only be started with its lease, which holds all three', () => {
    expectTypeOf<ConstructorParameters<typeof HostedSession>[0]['lease']>().toEqualTypeOf<Lease>();
    expectTypeOf<SessionIds>().not.toExtend<Lease>();
  });
});
