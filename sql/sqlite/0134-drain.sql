-- Why: an instance can be drained: it learns from its row that it was asked to (`drain_asked_at`) and moves its sessions to others. A session
-- that moves is offered to one instance for a while, so that no other one takes it (`offered_to`, `offered_until`); only an instance that has
-- the profile can take it: one of the same machine, or one whose profiles are in a shared store (`shared_profiles`). Instances of an older
-- version cannot drain (null), and take sessions whether they are offered to them or not.
-- Locks: adds columns to two tables, no row is copied; the whole file is locked for writing for a few milliseconds.

alter table instances add column drain_asked_at integer;

-- 1 when its profiles are in a store that all machines share
alter table instances add column shared_profiles integer;

-- the id of an instance
alter table sessions add column offered_to text;

-- from then on any instance may take it
alter table sessions add column offered_until integer not null default 0;
