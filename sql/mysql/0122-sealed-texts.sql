-- Why: texts of messages and secrets of webhooks are kept sealed. Running instances of an older version cannot read sealed texts, so nothing
-- is sealed here: the instances seal what is there when the last older one has stopped. `seal_key` of an instance is the id of the key that it
-- seals with; null for an older version. `seal_keys` are the ids of the keys that may be needed to open what is there.
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows, makes a column of variable
-- length longer, which changes no row, and creates an empty table; a metadata lock on each table for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_seal_key = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'seal_key') = 0,
  'alter table instances add column seal_key varchar(16) null',
  'do 0');
prepare add_seal_key from @add_seal_key;
execute add_seal_key;
deallocate prepare add_seal_key;

alter table webhooks modify column secret varchar(400) not null;

create table if not exists seal_keys (
  id varchar(16) not null primary key,
  created_at bigint not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
