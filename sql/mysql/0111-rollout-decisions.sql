-- Why: a rollout is judged by one instance at a time, a judge that was overtaken must not write, and every decision is kept.
-- Locks: adds columns to a table of few rows and creates an empty one; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

-- MySQL knows no "add column if not exists", and this file can be run again after it stopped half-way.
-- revision grows with every claim of a judge and every change; a decision that rests on an older one is refused.
-- No other instance judges it before next_judging_at.
set @add_columns = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'rollouts' and column_name = 'revision') = 0,
  'alter table rollouts add column revision bigint not null default 0, add column next_judging_at bigint not null default 0',
  'do 0');
prepare add_columns from @add_columns;
execute add_columns;
deallocate prepare add_columns;

create table if not exists rollout_decisions (
  seq bigint not null auto_increment primary key,
  rollout_id varchar(36) not null,
  -- advanced, held, rolled_back
  decision varchar(16) not null,
  -- asked, verdict (handed in), judged (by the service itself)
  cause varchar(16) not null,
  -- a reason of docs/service.md, and in words with numbers
  reason varchar(32) not null,
  because text not null,
  -- the step that it was decided at, and what it led to
  step_seq bigint not null,
  percent int not null,
  state varchar(16) not null,
  -- what the gate said, by which policy, out of which figures (JSON); null where it was not asked
  verdict varchar(16) null,
  rule varchar(32) null,
  policy_name text null,
  policy_sha256 char(64) null,
  figures mediumtext not null,
  instance_id varchar(64) not null,
  at bigint not null,
  constraint rollout_decisions_rollout foreign key (rollout_id) references rollouts (id),
  constraint rollout_decisions_step foreign key (step_seq) references rollout_steps (seq),
  key rollout_decisions_of_rollout (rollout_id, seq)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

drop trigger if exists rollout_decisions_no_update;
create trigger rollout_decisions_no_update before update on rollout_decisions for each row
  signal sqlstate '45000' set message_text = 'the decisions on rollouts only grow';

drop trigger if exists rollout_decisions_no_delete;
create trigger rollout_decisions_no_delete before delete on rollout_decisions for each row
  signal sqlstate '45000' set message_text = 'the decisions on rollouts only grow';
