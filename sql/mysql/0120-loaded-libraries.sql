-- Why: a rollout must not be decided by sessions that ran another library than the one they were started with. `loaded` is the version
-- whose code was in memory, where it was another one than `library`.
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock on the
-- table for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_loaded = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'session_starts' and column_name = 'loaded') = 0,
  'alter table session_starts add column loaded varchar(64) null',
  'do 0');
prepare add_loaded from @add_loaded;
execute add_loaded;
deallocate prepare add_loaded;
