-- Why: numbers of the user's own for attempts on the live site: which machine has which device, where its profile is, and what each
-- account did and what happened to it, which the limits go by.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table live_accounts (
  name text not null primary key,
  -- active, paused (by a person), retired (WhatsApp removed or banned it, or its login is gone: a person is needed)
  state text not null,
  -- why it is not active: words of a person, or a code of docs/codes.md
  state_cause text,
  -- sealed
  number text not null,
  -- the same for accounts of the same number, and tells nothing of it
  number_key text not null,
  -- the version that linked it
  library text not null,
  -- the newest Chromium that opened the profile: an older one would destroy it
  browser_major integer not null,
  linked_at integer not null,
  -- when a person last had the phone open, as far as is known
  phone_seen_at integer not null,
  lease_owner text,
  -- grows with every change of owner; a write with an older one is refused
  lease_token integer not null default 0,
  lease_expires_at integer not null default 0,
  -- name in the store of profiles
  blob_name text not null,
  -- of the archive before it was encrypted, hexadecimal
  sha256 text not null,
  bytes integer not null,
  saved_at integer not null
) strict;

-- what accounts did and what happened to them; entries of accounts that were removed stay: the limits of their numbers go on
create table live_events (
  id integer primary key autoincrement,
  account text not null,
  number_key text,
  -- see PoolEventKind in src/live/limits.ts
  kind text not null,
  at integer not null,
  -- when a ban or a restriction ends, as WhatsApp said
  until integer
) strict;

create index live_events_by_time on live_events (at);

-- the one row of the pool: each decision about limits locks it, so that two machines never use the same room twice
create table live_pool (
  id integer not null primary key,
  -- why a person has stopped the pool; null while it runs
  stopped_because text
) strict;

insert into live_pool (id) values (1);
