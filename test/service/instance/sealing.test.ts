import { existsSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountBrowsers } from '../../../src/service/accounts/account-browsers.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { Sealing } from '../../../src/service/instance/sealing.ts';
import { OwnInstance } from '../../../src/service/leases/instances.ts';
import { Sealer } from '../../../src/service/sealer.ts';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import { OutgoingTexts } from '../../../src/service/sessions/outgoing-texts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { Deliverer } from '../../../src/service/webhooks/deliverer.ts';
import { Webhooks } from '../../../src/service/webhooks/webhooks.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService, testSealKey, until } from '../../support/test-service.ts';

const text = 'meet me at the old bridge';
const otherKey = Buffer.alloc(32, 9);
// The discard port of this machine refuses the connection.
const url = 'http://127.0.0.1:9/hook';

/** Everything that a dump would hold, and for SQLite the bytes of its files. */
async function dump({ kysely, engine, name }: ServiceDatabase): Promise<string> {
  const tables = (await kysely.introspection.getTables()).map((table) => table.name);
  const rows = tables.map(async (table) => {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(kysely);
    return JSON.stringify(rows);
  });
  const files = engine === 'sqlite' ? [name, `${name}-wal`].filter((file) => existsSync(file)) : [];
  return [...(await Promise.all(rows)), ...files.map((file) => readFileSync(file, 'latin1'))].join('\n');
}

describe.each(engines)('texts at rest in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let address: string;
  let workspace: WorkspaceId;
  let ids: SessionIds;

  beforeEach(async () => {
    ({ database, address, workspace } = await newServiceDatabase(newAddress));
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    ({ ids } = (await new Links(database, 'one', () => {}).begin(SessionIds.create(workspace), request)).lease);
  });
  afterEach(() => database.close());

  const startedInstance = async (id: string, sealer: Sealer) => {
    const instance = new OwnInstance(database, id, sealer.keyId);
    await instance.started({ slots: 1, maxSessions: null, address: null, sharesProfiles: false });
    return instance;
  };
  /** An instance of a version that does not seal. */
  const startedOlder = async () => {
    await startedInstance('older', new Sealer([testSealKey]));
    const older = database.kysely.updateTable('instances').where('id', '=', 'older');
    await older.set({ seal_key: null }).execute();
    return { stop: () => older.set({ stopped_at: database.now }).execute() };
  };
  const webhookRow = () => database.kysely.selectFrom('webhooks').selectAll().executeTakeFirstOrThrow();
  const keyIds = async () => (await database.kysely.selectFrom('seal_keys').select('id').execute()).map(({ id }) => id);

  /** A message that waits in the outbox, one whose delivery failed, and a text that waits for its instance. */
  async function writeTexts(sealer: Sealer): Promise<{ secret: string; webhooks: Webhooks; webhook: string }> {
    const webhooks = new Webhooks(database, sealer, true);
    const { id: webhook, secret } = await webhooks.create(workspace, url);
    const deliverer = new Deliverer(database, sealer, { allowPrivate: true });
    await webhooks.messages([{ ids, message: { body: text } }]);
    await deliverer.round();
    await deliverer.stop();
    await webhooks.messages([{ ids, message: { body: text } }]);
    const texts = new OutgoingTexts(database, sealer, 'one', { handMs: 300, sendMs: 300 });
    void texts.hand(ids, '15550100999@c.us', text).catch(() => {});
    await until('the text waits', () => database.kysely.selectFrom('outgoing_texts').select('id').executeTakeFirst());
    return { secret, webhooks, webhook };
  }

  test('a dump holds neither the text of a message nor the secret of a webhook, and both are there for who has the key', async () => {
    const sealer = new Sealer([testSealKey]);
    await new Sealing(database, sealer).round();
    const { secret, webhooks, webhook } = await writeTexts(sealer);
    const dumped = await dump(database);
    expect(dumped).toContain(url);
    for (const kept of [text, secret, secret.slice('whsec_'.length)]) expect(dumped).not.toContain(kept);
    const page = { state: 'pending' as const, limit: 10, after: null };
    const bodies = (await webhooks.deliveries(workspace, webhook, page)).map(({ body }) => body);
    expect(bodies.filter((body) => body?.includes(text))).toHaveLength(1);
    expect(sealer.open((await webhookRow()).secret, webhook)).toBe(secret);
    expect(() => sealer.open('sealed:0123456789abcdef:AAAA', webhook)).toThrow(/does not have/);
  });

  test('while an older instance runs, texts stay as it can read them; when it has stopped, all are sealed', async () => {
    const older = await startedOlder();
    const sealer = new Sealer([testSealKey]);
    const sealing = new Sealing(database, sealer);
    await sealing.round();
    const { secret, webhooks, webhook } = await writeTexts(sealer);
    const { kysely } = database;
    expect((await webhookRow()).secret).toBe(secret);
    const { detail } = await kysely
      .selectFrom('webhook_outbox')
      .select('detail')
      .where('type', '=', 'message')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(detail)).toEqual({ body: text });
    const delivered = { id: 'delivered', webhook_id: webhook, body: text, state: 'delivered' as const, attempts: 1 };
    await kysely
      .insertInto('webhook_deliveries')
      .values({ ...delivered, next_attempt_at: 0, last_result: 'status 200', created_at: 1 })
      .execute();
    await older.stop();
    await sealing.round();
    const { rows } = await sql`select * from webhook_deliveries`.execute(kysely);
    const left = JSON.stringify([
      rows,
      await webhookRow(),
      await kysely.selectFrom('webhook_outbox').selectAll().execute(),
    ]);
    for (const kept of [text, secret]) expect(left).not.toContain(kept);
    expect(
      (await webhooks.deliveries(workspace, webhook, { state: 'delivered', limit: 1, after: null }))[0]?.body,
    ).toBe(null);
    expect(sealer.open((await webhookRow()).secret, webhook)).toBe(secret);
  });

  test('after a rotation everything is sealed with the new key, and the old one is needed until then', async () => {
    const before = new Sealer([testSealKey]);
    const first = await startedInstance('first', before);
    await new Sealing(database, before).checkKeys();
    await new Sealing(database, before).round();
    const { secret, webhook } = await writeTexts(before);
    const onlyNew = new Sealing(database, new Sealer([otherKey]));
    await expect(onlyNew.checkKeys()).rejects.toThrow(/WWEBJS_CANARY_SEAL_KEY/);
    expect(await keyIds()).toEqual([before.keyId]);
    const rotated = new Sealer([otherKey, testSealKey]);
    await startedInstance('second', rotated);
    const sealing = () => new Sealing(database, rotated);
    await sealing().checkKeys();
    await sealing().round();
    // The first instance may still seal with the old key.
    expect(new Set(await keyIds())).toEqual(new Set([rotated.keyId, before.keyId]));
    await expect(onlyNew.checkKeys()).rejects.toThrow(/does not have/);
    await first.stopped();
    await sealing().round();
    expect(await keyIds()).toEqual([rotated.keyId]);
    await onlyNew.checkKeys();
    const after = new Sealer([otherKey]);
    expect(after.open((await webhookRow()).secret, webhook)).toBe(secret);
    for (const { id, body } of await database.kysely.selectFrom('webhook_deliveries').selectAll().execute())
      if (body !== '') expect(after.open(body, id)).toContain('"account"');
  });

  test('a text is sealed wherever it is in a table of thousands', async () => {
    const sealer = new Sealer([testSealKey]);
    sealer.begin();
    const { kysely } = database;
    const row = { workspace_id: workspace, account_id: ids.account, name: 'message', at: 1 };
    const rows = Array.from({ length: 2_100 }, (_, at) => {
      const id = String(at).padStart(36, '0');
      return { ...row, id, seq: at + 1, detail: at % 700 === 0 || at === 2_099 ? text : sealer.seal(text, id) };
    });
    for (let at = 0; at < rows.length; at += 700)
      await kysely
        .insertInto('library_events')
        .values(rows.slice(at, at + 700))
        .execute();
    await new Sealing(database, sealer).round();
    const sealed = await kysely.selectFrom('library_events').select(['id', 'detail']).execute();
    expect(sealed.filter(({ detail }) => !detail.startsWith('sealed:'))).toEqual([]);
    expect(new Set(sealed.map(({ id, detail }) => sealer.open(detail, id)))).toEqual(new Set([text]));
  });

  test('after the loss of the key, the statements in the documentation let instances work with another one', async () => {
    const lost = new Sealer([testSealKey]);
    lost.begin();
    await new Sealing(database, lost).checkKeys();
    await writeTexts(lost);
    const { kysely } = database;
    const proxy = { proxy: 'http://proxy.example.org:3128', proxy_credentials: lost.seal('me:secret', ids.account) };
    await kysely.updateTable('whatsapp_accounts').set(proxy).execute();
    const [, statements = ''] =
      /^`(delete from webhook_deliveries;.*);`$/m.exec(readFileSync('docs/service.md', 'utf8')) ?? [];
    for (const statement of statements.split(';')) await sql.raw(statement).execute(kysely);
    const sealer = new Sealer([otherKey]);
    await new Sealing(database, sealer).checkKeys();
    expect(await new AccountBrowsers(database, sealer).of(ids.account)).toEqual({ proxy: proxy.proxy, arguments: [] });
    expect(await new Webhooks(database, sealer, true).list(workspace)).toEqual([]);
    for (const table of ['webhook_deliveries', 'webhook_outbox', 'outgoing_texts', 'library_events'] as const)
      expect(await kysely.selectFrom(table).select('id').execute()).toEqual([]);
  });

  test('an instance with another key does not start', async () => {
    const { service } = await startTestService({ database: address, openHost: silentHosts });
    const other = startTestService({ database: address, openHost: silentHosts, sealKeys: [otherKey] });
    await expect(other).rejects.toThrow(/WWEBJS_CANARY_SEAL_KEY/);
    await service.stop();
  });
});
