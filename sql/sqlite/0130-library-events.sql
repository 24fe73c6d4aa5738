-- Why: programs follow events of the library by a stream that they can resume. Events that streams want stay here, sealed, for a window.
-- `event_follows` says which events are wanted: an instance reports no others. An instance of an older version knows none (`follows_at` is null).
-- Locks: creates empty tables and adds a nullable column, no row is copied; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table library_events (
  id text not null primary key,
  workspace_id text not null,
  -- counts the events of the workspace; one that is greater was committed later
  seq integer not null,
  account_id text not null,
  name text not null,
  -- JSON, sealed for the id
  detail text not null,
  at integer not null
) strict;

create unique index library_events_of_workspace on library_events (workspace_id, seq);
create index library_events_by_age on library_events (at);

create table library_event_heads (
  workspace_id text not null primary key,
  -- of the last event
  seq integer not null
) strict;

create table event_follows (
  -- a hash of account and names
  id text not null primary key,
  workspace_id text not null,
  -- null for all accounts of the workspace
  account_id text,
  -- JSON: the names of events
  names text not null,
  since integer not null,
  until integer not null
) strict;

create index event_follows_by_end on event_follows (until);

-- the instance reports what was followed before this time
alter table instances add column follows_at integer;
