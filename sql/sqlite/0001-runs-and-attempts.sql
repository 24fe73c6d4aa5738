-- Why: the first tables. A run, the cells it planned, and every attempt that it made.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.

create table runs (
  id text not null primary key,
  started_at text not null,
  -- null while the run goes on, and for a run that was cut off
  finished_at text,
  interrupted integer not null default 0,
  seed integer not null,
  -- JSON: cpus, memoryBytes, node, platform
  machine text not null
) strict;

create index runs_by_start on runs (started_at);

create table planned_cells (
  run_id text not null references runs (id) on delete cascade,
  -- place in the plan, from 0; reports keep this order
  position integer not null,
  library text not null,
  build text not null,
  browser text not null,
  flow text not null,
  "condition" text not null,
  target text not null,
  -- how many attempts were planned
  "repeat" integer not null,
  -- JSON as in expectations.yaml; null for a cell without an expectation
  expectation text,
  primary key (run_id, position)
) strict, without rowid;

create table attempts (
  -- the order in which attempts ended, over all runs: readers page by it
  seq integer primary key autoincrement,
  id text not null unique,
  run_id text not null references runs (id) on delete cascade,
  library text not null,
  build text not null,
  browser text not null,
  flow text not null,
  "condition" text not null,
  target text not null,
  started_at text not null,
  outcome text not null,
  -- null when the attempt passed, as are code and blame
  phase text,
  code text,
  blame text,
  duration_ms real not null,
  -- JSON, phase to milliseconds: apart from the record so that timings are read without it
  phases text not null,
  -- JSON: the whole attempt record; last, so that scans of the other columns skip its overflow pages
  record text not null
) strict;

create index attempts_of_run on attempts (run_id, library, build, browser, flow, "condition", target, seq);
create index attempts_of_cell on attempts (library, build, browser, flow, "condition", target, started_at);
create index attempts_by_start on attempts (started_at);
create index attempts_by_result on attempts (outcome, code, phase, duration_ms);
