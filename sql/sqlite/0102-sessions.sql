-- Why: who runs which session (lease with fencing token), when it may be started again (backoff, breaker), how every start
-- ended, the codes that are waiting to be scanned, and the instances that are alive.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table sessions (
  id text not null primary key,
  account_id text not null unique references whatsapp_accounts (id),
  workspace_id text not null,
  -- 1 while the account is active: an instance has to run the session
  wanted integer not null default 1,
  lease_owner text,
  -- grows with every change of owner; a write with an older one is refused
  lease_token integer not null default 0,
  lease_expires_at integer not null default 0,
  -- failed starts since the last ready, and when the next start is allowed
  failures integer not null default 0,
  next_start_at integer not null default 0,
  -- why it is started next: a cause of docs/service.md
  start_cause text not null,
  -- set when the circuit breaker has opened: the session stays stopped until a restoration is requested
  attention_code text,
  attention_at integer
) strict;

create index sessions_to_start on sessions (wanted, attention_at, lease_expires_at);
create index sessions_of_owner on sessions (lease_owner);

-- every start of a session; one that is not the link itself is a restoration
create table session_starts (
  id integer primary key autoincrement,
  session_id text not null references sessions (id),
  instance_id text not null,
  lease_token integer not null,
  cause text not null,
  library text not null,
  started_at integer not null,
  -- null while it goes on
  ended_at integer,
  -- ready, failed, stopped (by a shutdown), abandoned (its instance died)
  outcome text,
  -- why it failed, or how it was lost after it had been ready
  code text,
  -- when a session that had been ready was lost by a failure
  lost_at integer
) strict;

create index session_starts_of_session on session_starts (session_id, lease_token, id);
create index session_starts_by_time on session_starts (started_at);

-- a QR text or pairing code while it can be used; any instance can show it, not only the owner of the session
create table link_codes (
  session_id text not null primary key references sessions (id),
  kind text not null,
  code text not null,
  -- counts the codes of a session, from 1
  number integer not null,
  issued_at integer not null
) strict;

create table instances (
  id text not null primary key,
  host text not null,
  pid integer not null,
  slots integer not null,
  started_at integer not null,
  seen_at integer not null,
  stopped_at integer
) strict;
