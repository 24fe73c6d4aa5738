-- Why: an account can be logged out, deleted or superseded while no instance runs its session. An instance then starts it once more
-- to unlink its device from the phone; only after that its profile may be removed.
-- Locks: adds a column and an index to sessions: a metadata lock for as long as building an index over all sessions takes.

-- MySQL knows no "add column if not exists", and this file can be run again after it stopped half-way.
-- unlinks_left: how many more tries are left; 0 without a device to unlink.
set @add_column = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'unlinks_left') = 0,
  'alter table sessions add column unlinks_left int not null default 0, add key sessions_to_unlink (unlinks_left, next_start_at)',
  'do 0');
prepare add_column from @add_column;
execute add_column;
deallocate prepare add_column;
