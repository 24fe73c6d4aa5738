-- Why: who runs which session (lease with fencing token), when it may be started again (backoff, breaker), how every start
-- ended, the codes that are waiting to be scanned, and the instances that are alive.
-- Locks: creates empty tables; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists sessions (
  id varchar(36) not null primary key,
  account_id varchar(36) not null unique,
  workspace_id varchar(36) not null,
  -- 1 while the account is active: an instance has to run the session
  wanted tinyint not null default 1,
  lease_owner varchar(64) null,
  -- grows with every change of owner; a write with an older one is refused
  lease_token bigint not null default 0,
  lease_expires_at bigint not null default 0,
  -- failed starts since the last ready, and when the next start is allowed
  failures int not null default 0,
  next_start_at bigint not null default 0,
  -- why it is started next: a cause of docs/service.md
  start_cause varchar(64) not null,
  -- set when the circuit breaker has opened: the session stays stopped until a restoration is requested
  attention_code varchar(64) null,
  attention_at bigint null,
  constraint sessions_account foreign key (account_id) references whatsapp_accounts (id),
  key sessions_to_start (wanted, attention_at, lease_expires_at),
  key sessions_of_owner (lease_owner)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- every start of a session; one that is not the link itself is a restoration
create table if not exists session_starts (
  id bigint not null auto_increment primary key,
  session_id varchar(36) not null,
  instance_id varchar(64) not null,
  lease_token bigint not null,
  cause varchar(64) not null,
  `library` varchar(64) not null,
  started_at bigint not null,
  -- null while it goes on
  ended_at bigint null,
  -- ready, failed, stopped (by a shutdown), abandoned (its instance died)
  outcome varchar(16) null,
  -- why it failed, or how it was lost after it had been ready
  code varchar(64) null,
  -- when a session that had been ready was lost by a failure
  lost_at bigint null,
  constraint session_starts_session foreign key (session_id) references sessions (id),
  unique key session_starts_of_session (session_id, lease_token, id),
  key session_starts_by_time (started_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- a QR text or pairing code while it can be used; any instance can show it, not only the owner of the session
create table if not exists link_codes (
  session_id varchar(36) not null primary key,
  kind varchar(16) not null,
  code varchar(1024) not null,
  -- counts the codes of a session, from 1
  number int not null,
  issued_at bigint not null,
  constraint link_codes_session foreign key (session_id) references sessions (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists instances (
  id varchar(64) not null primary key,
  host varchar(200) not null,
  pid int not null,
  slots int not null,
  started_at bigint not null,
  seen_at bigint not null,
  stopped_at bigint null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
