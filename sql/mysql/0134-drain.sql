-- Why: an instance can be drained: it learns from its row that it was asked to (`drain_asked_at`) and moves its sessions to others. A session
-- that moves is offered to one instance for a while, so that no other one takes it (`offered_to`, `offered_until`); only an instance that has
-- the profile can take it: one of the same machine, or one whose profiles are in a shared store (`shared_profiles`). Instances of an older
-- version cannot drain (null), and take sessions whether they are offered to them or not.
-- Locks: adds a last column to two tables, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock
-- on each for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_drain = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'drain_asked_at') = 0,
  'alter table instances add column drain_asked_at bigint null',
  'do 0');
prepare add_drain from @add_drain;
execute add_drain;
deallocate prepare add_drain;

-- 1 when its profiles are in a store that all machines share
set @add_shared = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'shared_profiles') = 0,
  'alter table instances add column shared_profiles tinyint null',
  'do 0');
prepare add_shared from @add_shared;
execute add_shared;
deallocate prepare add_shared;

-- the id of an instance
set @add_offer = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'offered_to') = 0,
  'alter table sessions add column offered_to varchar(64) null',
  'do 0');
prepare add_offer from @add_offer;
execute add_offer;
deallocate prepare add_offer;

-- from then on any instance may take it
set @add_until = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'offered_until') = 0,
  'alter table sessions add column offered_until bigint not null default 0',
  'do 0');
prepare add_until from @add_until;
execute add_until;
deallocate prepare add_until;
