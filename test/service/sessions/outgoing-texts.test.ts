import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Links } from '../../../src/service/accounts/links.ts';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import { OutgoingTexts } from '../../../src/service/sessions/outgoing-texts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { newSealer, until } from '../../support/test-service.ts';

const to = '15550300001@c.us';

describe.each(engines)('texts through another instance with %s', (name, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let ids: SessionIds;
  let asker: OutgoingTexts;
  let owner: OutgoingTexts;

  async function newSession(): Promise<SessionIds> {
    const links = new Links(database, 'owner', () => {});
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    return (await links.begin(SessionIds.create(workspace), request)).lease.ids;
  }

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    ids = await newSession();
    const deadlines = { handMs: 1_500, sendMs: 2_000 };
    asker = new OutgoingTexts(database, newSealer(), 'asker', deadlines);
    owner = new OutgoingTexts(database, newSealer(), 'owner', deadlines);
  });
  afterEach(() => database.close());

  /** Asks, and lets the owner look until there is an answer. */
  async function handed(send: Parameters<OutgoingTexts['sendWaiting']>[0]): Promise<unknown> {
    let answer: unknown;
    asker.hand(ids, to, 'hello').then(
      (id) => {
        answer = id;
      },
      (error) => {
        answer = error;
      },
    );
    return until('there is an answer', async () => {
      await owner.sendWaiting(send);
      return answer;
    });
  }

  test('sending may take longer than taking: the answer is that it was sent, and it was sent once', async () => {
    let sent = 0;
    const slow = async () => {
      sent++;
      await sleep(2_500);
      return 'id';
    };
    expect(await handed(slow)).toBe('id');
    expect(sent).toBe(1);
  });

  test('a text that no instance took is not sent after its caller got that answer', async () => {
    await expect(asker.hand(ids, to, 'hello')).rejects.toMatchObject({ code: 'session-elsewhere' });
    const sent: string[] = [];
    await owner.sendWaiting(async (_, __, body) => sent.push(body));
    await sleep(300);
    expect(sent).toEqual([]);
  });

  test('when the library does not answer, no answer claims that it was not sent', async () => {
    expect(await handed(() => new Promise(() => {}))).toMatchObject({ code: 'send-unknown' });
  });

  test('when the database fails after an instance may have taken the text, no answer claims that it was not sent', async () => {
    const { kysely } = database;
    const asked = asker.hand(ids, to, 'hello');
    const refused = expect(asked).rejects.toMatchObject({ code: 'send-unknown' });
    await until('the text waits', () => kysely.selectFrom('outgoing_texts').select('id').executeTakeFirst());
    await kysely.schema.alterTable('outgoing_texts').renameTo('away').execute();
    await refused;
  });

  test('only the instance that runs the session sends its texts, each once, one after the other', async () => {
    const bodies = Array.from({ length: 5 }, (_, i) => `text ${i}`);
    const answers: Promise<unknown>[] = [];
    for (const body of bodies) {
      answers.push(asker.hand(ids, to, body));
      await until('it waits', async () => {
        const rows = await database.kysely.selectFrom('outgoing_texts').select('id').execute();
        return rows.length === answers.length;
      });
      // Texts of one millisecond have no order.
      await sleep(2);
    }
    const sent: string[] = [];
    let underWay = 0;
    const send = async (_: string, __: string, body: string) => {
      expect(++underWay).toBe(1);
      sent.push(body);
      await sleep(20);
      underWay--;
      return body;
    };
    await asker.sendWaiting(send);
    await sleep(200);
    expect(sent).toEqual([]);
    await Promise.all([owner.sendWaiting(send), owner.sendWaiting(send)]);
    expect(await Promise.all(answers)).toEqual(bodies);
    expect(sent).toEqual(bodies);
  });

  // SQLite has one lock for all rows.
  test.runIf(name === 'MySQL')('a write that holds the session delays none of its texts', async () => {
    const answered = asker.hand(ids, to, 'hello');
    await until('it waits', () => database.kysely.selectFrom('outgoing_texts').select('id').executeTakeFirst());
    await database.transaction(async (tx) => {
      await database.locked(tx.selectFrom('sessions').select('id').where('id', '=', ids.session)).execute();
      await owner.sendWaiting(async () => 'id');
      expect(await answered).toBe('id');
    });
  });

  test('a session that hangs delays no other one', async () => {
    asker.hand(ids, to, 'hello').catch(() => {});
    const other = await newSession();
    const send = (session: string) => (session === ids.session ? new Promise(() => {}) : Promise.resolve('id'));
    const answered = asker.hand(other, to, 'hello');
    await until('both are asked for', async () => {
      const rows = await database.kysely.selectFrom('outgoing_texts').select('id').execute();
      return rows.length === 2;
    });
    await owner.sendWaiting(send);
    expect(await answered).toBe('id');
  });
});
