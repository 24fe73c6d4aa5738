-- Why: a cell has switches, too: what WhatsApp turns on for some requests or accounts. All attempts so far had the defaults.
-- Locks: the file is locked for writing while attempts are copied and indexed, about half a minute per 100,000 attempts of 6 kB. It grows
-- to twice its size; the space of the first copy is used again by later attempts.

alter table planned_cells add column switches text not null default 'none';

-- Copied, since a column that is added to a table stands behind the records, and reading it would pass over their pages.
create table attempts_with_switches (
  seq integer primary key autoincrement,
  id text not null unique,
  run_id text not null references runs (id) on delete cascade,
  library text not null,
  build text not null,
  browser text not null,
  flow text not null,
  "condition" text not null,
  -- none, or name=value joined by +
  switches text not null default 'none',
  target text not null,
  started_at text not null,
  outcome text not null,
  phase text,
  code text,
  blame text,
  duration_ms real not null,
  phases text not null,
  record text not null,
  ready_ms real generated always as (
    coalesce(phases ->> '$.launch', 0) + coalesce(phases ->> '$.page', 0) + coalesce(phases ->> '$.qr', 0)
    + coalesce(phases ->> '$.scan', 0) + coalesce(phases ->> '$.authenticated', 0) + (phases ->> '$.ready')
  ) virtual
) strict;

insert into attempts_with_switches (seq, id, run_id, library, build, browser, flow, "condition", target, started_at, outcome, phase, code,
  blame, duration_ms, phases, record)
select seq, id, run_id, library, build, browser, flow, "condition", target, started_at, outcome, phase, code, blame, duration_ms, phases,
  record
from attempts order by seq;

-- Readers page by seq: the number of an attempt that was removed is not given again.
delete from sqlite_sequence where name = 'attempts_with_switches';
insert into sqlite_sequence (name, seq)
select 'attempts_with_switches', seq from sqlite_sequence where name = 'attempts';

drop table attempts;
alter table attempts_with_switches rename to attempts;

create index attempts_of_run on attempts (run_id, library, build, browser, flow, "condition", switches, target, seq);
create index attempts_of_cell on attempts (library, build, browser, flow, "condition", switches, target, started_at);
create index attempts_by_result on attempts (outcome, code, phase, duration_ms);
create index attempts_judged on attempts (
  library, target, flow, build, browser, "condition", switches, seq,
  started_at, outcome, phase, code, blame, ready_ms, id
);
create index attempts_over_time on attempts (
  started_at,
  outcome, code, library, build, browser, flow, "condition", switches, target, phases
);
create index attempts_not_passed on attempts (
  library, target, flow, build, browser, "condition", switches, seq,
  started_at, outcome, phase, code, blame, ready_ms, id
) where outcome <> 'passed';

create table removed_attempts_with_switches (
  library text not null,
  build text not null,
  browser text not null,
  flow text not null,
  "condition" text not null,
  switches text not null,
  target text not null,
  outcome text not null,
  code text not null,
  attempts integer not null,
  last_ended_at real not null,
  last_started_at text not null,
  primary key (library, build, browser, flow, "condition", switches, target, outcome, code)
) strict, without rowid;

insert into removed_attempts_with_switches
select library, build, browser, flow, "condition", 'none', target, outcome, code, attempts, last_ended_at, last_started_at
from removed_attempts;

drop table removed_attempts;
alter table removed_attempts_with_switches rename to removed_attempts;
