-- Why: the gate of a rollout may judge the methods that programs call (`calls` of the policy). While a rollout is active, an instance writes
-- the first call of each method, session and version, and another one a day later. An instance of an older version writes none.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table rollout_calls (
  id integer primary key autoincrement,
  session_id text not null,
  library text not null,
  -- with its class, as Message.reply
  method text not null,
  -- passed, failed
  outcome text not null,
  at integer not null
) strict;

create index rollout_calls_by_age on rollout_calls (at);
