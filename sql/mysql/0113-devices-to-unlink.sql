-- Why: an account can be logged out, deleted or superseded while nobody runs its session; somebody then has to start it once more
-- to unlink its device from the phone, and only after that its profile may go.
-- Locks: adds a column and an index to sessions: a metadata lock for as long as building an index over all sessions takes.

-- MySQL knows no "add column if not exists", and this file can be run again after it stopped half-way.
-- unlinks_left: how many more times somebody tries that; 0 where there is no device to unlink.
set @add_column = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'unlinks_left') = 0,
  'alter table sessions add column unlinks_left int not null default 0, add key sessions_to_unlink (unlinks_left, next_start_at)',
  'do 0');
prepare add_column from @add_column;
execute add_column;
deallocate prepare add_column;
