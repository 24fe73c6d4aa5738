-- Why: scheduled canaries: one schedule per store for all processes, and the unexpected cells that were notified.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970.

create table schedules (
  name text not null primary key,
  every_ms integer not null,
  -- the process that may start runs, until the lease ends
  owner text,
  lease_expires_at integer not null default 0,
  -- the period whose run was started last: a restart goes on with the one after it
  last_due_at integer,
  -- periods without a start, since the schedule exists
  missed integer not null default 0,
  -- runs that ended, by how they ended
  as_expected integer not null default 0,
  unexpected integer not null default 0,
  trouble integer not null default 0,
  cut integer not null default 0,
  last_ended_at integer,
  -- the run whose plan the schedule has
  last_run_id text
) strict;

create table surprises (
  -- library | build | browser | flow | condition | target
  cell text not null primary key,
  since integer not null,
  run_id text not null,
  -- what was seen, as one sentence
  seen text not null,
  -- set when a later run did as expected
  over_at integer,
  told_begin integer not null default 0
) strict;
