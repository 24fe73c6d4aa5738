-- Why: texts of messages and secrets of webhooks are kept sealed. Running instances of an older version cannot read sealed texts, so nothing
-- is sealed here: the instances seal what is there when the last older one has stopped. `seal_key` of an instance is the id of the key that it
-- seals with; null for an older version. `seal_keys` are the ids of the keys that may be needed to open what is there.
-- Locks: adds a nullable column, no row is copied, and creates an empty table; the whole file is locked for writing for a few milliseconds.

alter table instances add column seal_key text;

create table seal_keys (
  id text not null primary key,
  created_at integer not null
) strict;
