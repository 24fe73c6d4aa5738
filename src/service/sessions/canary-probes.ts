import { randomUUID } from 'node:crypto';
import type { SeenMessage } from '../../contracts/host-events.ts';
import { type SessionId, sessionId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** The two ticks of WhatsApp: the receiver's phone has it (`MessageAck.ACK_DEVICE` of the library). */
const deliveredAck = 2;
const textPattern = /^wwebjs-canary probe ([0-9a-f-]{36})$/;

/** The id of the probe in a message; null for any other message. */
function probeOf({ body }: SeenMessage): string | null {
  return textPattern.exec(String(body))?.[1] ?? null;
}

/** A probe that was delivered to the phone but did not arrive as an event of its session. */
export interface UnheardProbe {
  id: string;
  receiver: SessionId;
}

/** Reads and writes `canary_probes`: texts from one canary to another that have not arrived as an event yet. */
export class CanaryProbes {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Records a probe before it is sent, and deletes older ones that were never delivered. */
  async begin(receiver: SessionId): Promise<{ id: string; text: string; undelivered: number }> {
    const { kysely, now } = this.#database;
    const { numDeletedRows } = await kysely
      .deleteFrom('canary_probes')
      .where('receiver_session', '=', receiver)
      .where('delivered_at', 'is', null)
      .executeTakeFirstOrThrow();
    const id = randomUUID();
    const row = { id, receiver_session: receiver, sent_at: now, delivered_at: null };
    await kysely.insertInto('canary_probes').values(row).execute();
    return { id, text: `wwebjs-canary probe ${id}`, undelivered: Number(numDeletedRows) };
  }

  /** A message of a session was acknowledged. Records when a probe reached the phone of its receiver. */
  async acknowledged(message: SeenMessage): Promise<void> {
    const id = probeOf(message);
    if (id === null || !(Number(message.ack) >= deliveredAck)) return;
    await this.#database.kysely
      .updateTable('canary_probes')
      .set({ delivered_at: this.#database.now })
      .where('id', '=', id)
      .where('delivered_at', 'is', null)
      .execute();
  }

  /** A session heard a message. True if it is a probe, which no other reader needs. */
  async heard(message: SeenMessage): Promise<boolean> {
    const id = probeOf(message);
    return id !== null && (await this.end(id));
  }

  /** Probes for sessions of this instance that were delivered more than `ms` milliseconds ago. */
  async unheard(ms: number, instanceId: string): Promise<UnheardProbe[]> {
    const { kysely, now } = this.#database;
    const rows = await kysely
      .selectFrom('canary_probes')
      .innerJoin('sessions', 'sessions.id', 'receiver_session')
      .select(['canary_probes.id', 'receiver_session'])
      .where('lease_owner', '=', instanceId)
      .where('delivered_at', '<', (where) => where(now, '-', ms))
      .execute();
    return rows.map(({ id, receiver_session }) => ({ id, receiver: sessionId(receiver_session) }));
  }

  /** Ends a probe. False when it was received or ended before. */
  async end(id: string): Promise<boolean> {
    const query = this.#database.kysely.deleteFrom('canary_probes').where('id', '=', id);
    return (await query.executeTakeFirstOrThrow()).numDeletedRows > 0n;
  }

  /** Deletes probes that were sent to a session before it became ready: a library reports new messages only. */
  async forget(receiver: SessionId): Promise<void> {
    await this.#database.kysely.deleteFrom('canary_probes').where('receiver_session', '=', receiver).execute();
  }
}
