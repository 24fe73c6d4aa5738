-- Why: violations of unique_active_phone_workspace leave no trace in the accounts, and counters of an instance end with it.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table constraint_violations (
  id integer primary key autoincrement,
  constraint_name text not null,
  -- resolved: a second try after clean-up succeeded; surfaced: the caller was refused
  outcome text not null,
  at integer not null
) strict;

create index constraint_violations_by_time on constraint_violations (at, outcome);
