-- Why: programs follow events of the library by a stream that they can resume. Events that streams want stay here, sealed, for a window.
-- `event_follows` says which events are wanted: an instance reports no others. An instance of an older version knows none (`follows_at` is null).
-- Locks: creates empty tables and adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a
-- metadata lock on the table for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists library_events (
  id varchar(36) not null primary key,
  workspace_id varchar(36) not null,
  -- counts the events of the workspace; one that is greater was committed later
  seq bigint not null,
  account_id varchar(36) not null,
  name varchar(64) not null,
  -- JSON, sealed for the id
  detail mediumtext not null,
  at bigint not null,
  unique key library_events_of_workspace (workspace_id, seq),
  key library_events_by_age (at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists library_event_heads (
  workspace_id varchar(36) not null primary key,
  -- of the last event
  seq bigint not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists event_follows (
  -- a hash of account and names
  id varchar(64) not null primary key,
  workspace_id varchar(36) not null,
  -- null for all accounts of the workspace
  account_id varchar(36) null,
  -- JSON: the names of events
  names text not null,
  since bigint not null,
  until bigint not null,
  key event_follows_by_end (until)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
-- the instance reports what was followed before this time
set @add_follows = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'follows_at') = 0,
  'alter table instances add column follows_at bigint null',
  'do 0');
prepare add_follows from @add_follows;
execute add_follows;
deallocate prepare add_follows;
