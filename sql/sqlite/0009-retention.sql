-- Why: attempts are kept by a policy. A counter must not go back when its attempts are removed, so what was removed stays counted.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.

create table removed_attempts (
  library text not null,
  build text not null,
  browser text not null,
  flow text not null,
  "condition" text not null,
  target text not null,
  outcome text not null,
  -- empty when the attempts passed
  code text not null,
  attempts integer not null,
  -- milliseconds since 1970
  last_ended_at real not null,
  -- when the newest of them began, ISO 8601: a verdict that would count attempts before it says so
  last_started_at text not null,
  primary key (library, build, browser, flow, "condition", target, outcome, code)
) strict, without rowid;

create table removed_phases (
  library text not null,
  flow text not null,
  phase text not null,
  -- 1/32 of a doubling: the time was about 2 ^ ((step + 0.5) / 32) milliseconds
  step integer not null,
  attempts integer not null,
  primary key (library, flow, phase, step)
) strict, without rowid;
