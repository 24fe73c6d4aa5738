-- Why: violations of unique_active_phone_workspace leave no trace in the accounts, and counters of an instance end with it.
-- Locks: creates an empty table; a metadata lock on it for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists constraint_violations (
  id bigint not null auto_increment primary key,
  constraint_name varchar(64) not null,
  -- resolved: a second try after clean-up succeeded; surfaced: the caller was refused
  outcome varchar(16) not null,
  at bigint not null,
  key constraint_violations_by_time (at, outcome)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
