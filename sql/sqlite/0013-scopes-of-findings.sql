-- Why: `watch` and `nightly` on one store notify each of its own unexpected cells; builds of saved pages are kept apart from those of the
-- live site; and what a capture in a browser shows otherwise than the data is kept with the build.
-- Locks: copies two small tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970.

create table surprises_by_scope (
  -- watch, or nightly: each ends only what it began
  scope text not null,
  -- library | build | browser | flow | condition | target
  cell text not null,
  since integer not null,
  run_id text not null,
  -- what was seen, as one sentence
  seen text not null,
  -- set when a later run did as expected
  over_at integer,
  told_begin integer not null default 0,
  primary key (scope, cell)
) strict;

insert into surprises_by_scope (scope, cell, since, run_id, seen, over_at, told_begin)
select case when run_id in (select id from nights) then 'nightly' else 'watch' end, cell, since, run_id, seen, over_at, told_begin
from surprises;

drop table surprises;
alter table surprises_by_scope rename to surprises;

create table live_builds_by_source (
  -- site, or saved: pages of files
  source text not null,
  build text not null,
  seen_at integer not null,
  -- what is done: compared, replayed, found
  step text not null,
  -- what is found so far, as JSON
  finding text not null,
  -- when a webhook accepted the finding
  notified_at integer,
  primary key (source, build)
) strict;

insert into live_builds_by_source (source, build, seen_at, step, finding, notified_at)
select 'site', build, seen_at, step, finding, notified_at from live_builds;

drop table live_builds;
alter table live_builds_by_source rename to live_builds;
create index live_builds_by_time on live_builds (source, seen_at);

-- what a page of the live site that a browser ran does, and of which the data says otherwise
create table live_drift (
  build text not null,
  -- page or account: each capture replaces what an earlier one of the same kind showed of the build
  method text not null,
  -- behaviour or tier
  kind text not null,
  -- a behaviour, or a module
  name text not null,
  data text not null,
  page text not null,
  seen_at integer not null,
  primary key (build, method, kind, name)
) strict;
