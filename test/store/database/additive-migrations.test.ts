import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { migrationFiles } from '../../../src/store/database/run-migrations.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';

/** The first migration that running instances of an older version have to outlast. */
const first = '0121';

interface Column {
  table: string;
  column: string;
  type: string;
  /** 1 when an insert can leave it out. */
  optional: number;
}

interface Schema {
  columns: Column[];
  /** The columns of each unique index, as `table: a, b`. */
  unique: string[];
}

interface Migrated {
  run(statements: string): Promise<void>;
  schema(): Promise<Schema>;
  close(): Promise<void>;
}

const open: Record<string, () => Promise<Migrated>> = {
  async SQLite() {
    const database = new DatabaseSync(':memory:');
    const all = (query: string) => database.prepare(query).all() as never;
    return {
      run: async (statements) => database.exec(statements),
      schema: async () => ({
        columns: all(`select m.name as 'table', c.name as 'column', c.type,
            c."notnull" = 0 or c.dflt_value is not null or c.pk > 0 as optional
          from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table'`),
        unique: (
          all(`select m.name || ': ' || (select group_concat(name, ', ') from pragma_index_info(i.name)) as text
            from sqlite_schema m join pragma_index_list(m.name) i where m.type = 'table' and i."unique" = 1`) as {
            text: string;
          }[]
        ).map(({ text }) => text),
      }),
      close: async () => database.close(),
    };
  },
  async MySQL() {
    const connection = await createConnection({ uri: await newMysqlDatabase(), multipleStatements: true });
    const all = async (query: string) => (await connection.query<RowDataPacket[]>(query))[0] as never;
    return {
      run: async (statements) => void (await connection.query(statements)),
      schema: async () => ({
        columns: await all(`select table_name as 'table', column_name as 'column', column_type as type,
            is_nullable = 'YES' or column_default is not null or extra like '%auto_increment%' as optional
          from information_schema.columns where table_schema = database()`),
        unique: (
          (await all(`select concat(table_name, ': ', group_concat(column_name order by seq_in_index separator ', ')) as text
            from information_schema.statistics where table_schema = database() and non_unique = 0
            group by table_name, index_name`)) as { text: string }[]
        ).map(({ text }) => text),
      }),
      close: () => connection.end(),
    };
  },
};

/** A column in words, for messages. */
const said = ({ table, column, type, optional }: Column) => `${table}.${column} ${type}${optional ? '' : ' not null'}`;

/** True when what an instance reads from and writes to the first column also fits the second one. */
function fits(before: Column, after: Column): boolean {
  const isSame = before.table === after.table && before.column === after.column && before.optional === after.optional;
  const [length, longer] = [before, after].map(({ type }) => Number(/^varchar\((\d+)\)$/.exec(type)?.[1]));
  return isSame && (before.type === after.type || Number(longer) >= Number(length));
}

test.each(engines)(
  'in %s, an instance that does not know a migration goes on after it: nothing that it uses changes, and it can leave out what is added',
  async (engine) => {
    const folder = join(packageRoot, 'sql', engine.toLowerCase());
    const database = await (open[engine] as (typeof open)[string])();
    let known: Schema = { columns: [], unique: [] };
    for (const file of migrationFiles(folder)) {
      await database.run(readFileSync(join(folder, file), 'utf8'));
      const after = await database.schema();
      if (file >= first) {
        const tables = new Set(known.columns.map(({ table }) => table));
        const lost = known.columns.filter((before) => !after.columns.some((column) => fits(before, column)));
        expect(lost.map(said), file).toEqual([]);
        const added = after.columns.filter(
          (column) => tables.has(column.table) && !known.columns.some((before) => fits(before, column)),
        );
        expect(added.filter(({ optional }) => !optional).map(said), file).toEqual([]);
        // A rule over columns that it writes would refuse writes that it takes for valid.
        const rules = after.unique.filter((rule) => !known.unique.includes(rule));
        const onlyNew = (rule: string) => {
          const [table = '', columns = ''] = rule.split(': ');
          return !tables.has(table) || columns.split(', ').some((name) => added.some((one) => one.column === name));
        };
        expect(
          rules.filter((rule) => !onlyNew(rule)),
          file,
        ).toEqual([]);
      }
      known = after;
    }
    expect(known.columns.length).toBeGreaterThan(100);
    await database.close();
  },
);
