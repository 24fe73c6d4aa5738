-- Why: the gate of a rollout may judge the methods that programs call (`calls` of the policy). While a rollout is active, an instance writes
-- the first call of each method, session and version, and another one a day later. An instance of an older version writes none.
-- Locks: creates an empty table; a metadata lock on it for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists rollout_calls (
  id bigint not null auto_increment primary key,
  session_id varchar(36) not null,
  `library` varchar(64) not null,
  -- with its class, as Message.reply
  method varchar(128) not null,
  -- passed, failed
  outcome varchar(16) not null,
  at bigint not null,
  key rollout_calls_by_age (at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
