-- Why: which library version hosts which account while a new one is tried out on a growing part of them.
-- Locks: creates empty tables; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists rollouts (
  id varchar(36) not null primary key,
  baseline varchar(64) not null,
  candidate varchar(64) not null,
  -- part of the accounts that the candidate hosts
  percent int not null,
  -- active, finished (all accounts have the candidate), rolled_back (all accounts have the baseline)
  state varchar(16) not null,
  created_at bigint not null,
  -- 1 while active, else null: there is at most one
  only_one tinyint as (case when state = 'active' then 1 end) virtual,
  unique key one_active_rollout (only_one)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists rollout_steps (
  seq bigint not null auto_increment primary key,
  rollout_id varchar(36) not null,
  percent int not null,
  state varchar(16) not null,
  -- asked, or verdict
  cause varchar(16) not null,
  at bigint not null,
  constraint rollout_steps_rollout foreign key (rollout_id) references rollouts (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
