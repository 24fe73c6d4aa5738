import { isDuplicate } from '../../store/database/database-errors.ts';
import { type SessionId, type SessionIds, sessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** A connected canary account, and the next one of its workspace, which receives its probes. */
export interface CanaryPair {
  sender: SessionId;
  receiver: SessionId;
  receiverPhone: string;
  /** When the receiver became connected, in milliseconds since 1970. */
  receiverSince: number;
}

/** Reads and writes `canary_accounts`: accounts of the operator whose sessions are probed. */
export class CanaryAccounts {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Marks an account as a canary, or removes the mark. */
  async mark({ account }: SessionIds, canary: boolean): Promise<void> {
    const { kysely, now } = this.#database;
    if (!canary) {
      await kysely.deleteFrom('canary_accounts').where('account_id', '=', account).execute();
      return;
    }
    try {
      await kysely.insertInto('canary_accounts').values({ account_id: account, marked_at: now }).execute();
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }

  /** The connected canaries of each workspace as a ring, sorted by id. A single canary is not probed. */
  async pairs(): Promise<CanaryPair[]> {
    const rows = await this.#database.kysely
      .selectFrom('canary_accounts')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.id', 'canary_accounts.account_id')
      .select(['workspace_id', 'session_id', 'phone', 'status_since'])
      .where('status', '=', 'connected')
      .orderBy('whatsapp_accounts.id')
      .execute();
    return [...Map.groupBy(rows, ({ workspace_id }) => workspace_id).values()].flatMap((ring) =>
      ring.flatMap((sender, i) => {
        const receiver = ring[(i + 1) % ring.length];
        if (!receiver?.phone || receiver === sender) return [];
        return {
          sender: sessionId(sender.session_id),
          receiver: sessionId(receiver.session_id),
          receiverPhone: receiver.phone,
          receiverSince: receiver.status_since,
        };
      }),
    );
  }
}
