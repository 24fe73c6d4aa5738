-- Why: `watch --live` says once of every build of the live site what it changes, and goes on where it was after a restart.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970.

create table live_builds (
  build text not null primary key,
  seen_at integer not null,
  -- what is done: compared, replayed, found
  step text not null,
  -- what is found so far, as JSON
  finding text not null,
  -- when the webhook accepted the finding, or had none to send it to
  notified_at integer
) strict;

create index live_builds_by_time on live_builds (seen_at);

-- the last look at the live site; one row
create table live_looks (
  id integer not null primary key check (id = 1),
  looked_at integer not null,
  -- the last look that read a page of WhatsApp Web, and its build
  answered_at integer,
  build text,
  -- looks without such a page since then, and why the last one got none
  failures integer not null,
  trouble text,
  next_at integer not null
) strict;
