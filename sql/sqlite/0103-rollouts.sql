-- Why: which library version hosts which account while a new one is tried out on a growing part of them.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table rollouts (
  id text not null primary key,
  baseline text not null,
  candidate text not null,
  -- part of the accounts that the candidate hosts
  percent integer not null,
  -- active, finished (all accounts have the candidate), rolled_back (all accounts have the baseline)
  state text not null,
  created_at integer not null
) strict;

create unique index one_active_rollout on rollouts (state) where state = 'active';

create table rollout_steps (
  seq integer primary key autoincrement,
  rollout_id text not null references rollouts (id),
  percent integer not null,
  state text not null,
  -- asked, or verdict
  cause text not null,
  at integer not null
) strict;

create index rollout_steps_of_rollout on rollout_steps (rollout_id, seq);
