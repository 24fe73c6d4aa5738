-- Why: numbers of the user's own for attempts on the live site: which machine has which device, where its profile is, and what each
-- account did and what happened to it, which the limits go by.
-- Locks: creates empty tables; metadata locks on them for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists live_accounts (
  name varchar(64) not null primary key,
  -- active, paused (by a person), retired (WhatsApp removed or banned it, or its login is gone: a person is needed)
  state varchar(16) not null,
  -- why it is not active: words of a person, or a code of docs/codes.md
  state_cause varchar(200),
  -- sealed
  number varchar(300) not null,
  -- the same for accounts of the same number, and tells nothing of it
  number_key char(64) not null,
  -- the version that linked it
  `library` varchar(200) not null,
  -- the newest Chromium that opened the profile: an older one would destroy it
  browser_major int not null,
  linked_at bigint not null,
  -- when a person last had the phone open, as far as is known
  phone_seen_at bigint not null,
  lease_owner varchar(64),
  -- grows with every change of owner; a write with an older one is refused
  lease_token bigint not null default 0,
  lease_expires_at bigint not null default 0,
  -- name in the store of profiles
  blob_name varchar(200) not null,
  -- of the archive before it was encrypted, hexadecimal
  sha256 char(64) not null,
  bytes bigint not null,
  saved_at bigint not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- what accounts did and what happened to them; entries of accounts that were removed stay: the limits of their numbers go on
create table if not exists live_events (
  id bigint not null auto_increment primary key,
  account varchar(64) not null,
  number_key char(64),
  -- see PoolEventKind in src/live/limits.ts
  kind varchar(32) not null,
  at bigint not null,
  -- when a ban or a restriction ends, as WhatsApp said
  until bigint,
  key live_events_by_time (at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- the one row of the pool: each decision about limits locks it, so that two machines never use the same room twice
create table if not exists live_pool (
  id int not null primary key,
  -- why a person has stopped the pool; null while it runs
  stopped_because varchar(200)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

insert ignore into live_pool (id) values (1);
