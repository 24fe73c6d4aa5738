-- Why: a rollout is judged by one instance at a time, a judge that was overtaken must not write, and every decision is kept.
-- Locks: adds columns to a table of few rows and creates an empty one; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

-- grows with every claim of a judge and every change; a decision that rests on an older one is refused
alter table rollouts add column revision integer not null default 0;
-- no other instance judges it before
alter table rollouts add column next_judging_at integer not null default 0;

create table rollout_decisions (
  seq integer primary key autoincrement,
  rollout_id text not null references rollouts (id),
  -- advanced, held, rolled_back
  decision text not null,
  -- asked, verdict (handed in), judged (by the service itself)
  cause text not null,
  -- a reason of docs/service.md, and in words with numbers
  reason text not null,
  because text not null,
  -- the step that it was decided at, and what it led to
  step_seq integer not null references rollout_steps (seq),
  percent integer not null,
  state text not null,
  -- what the gate said, by which policy, out of which figures (JSON); null where it was not asked
  verdict text,
  rule text,
  policy_name text,
  policy_sha256 text,
  figures text not null,
  instance_id text not null,
  at integer not null
) strict;

create index rollout_decisions_of_rollout on rollout_decisions (rollout_id, seq);

create trigger rollout_decisions_no_update before update on rollout_decisions
begin
  select raise(abort, 'the decisions on rollouts only grow');
end;

create trigger rollout_decisions_no_delete before delete on rollout_decisions
begin
  select raise(abort, 'the decisions on rollouts only grow');
end;
