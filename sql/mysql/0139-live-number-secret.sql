-- Why: the number of a live account is recognized after its account was removed and after the key that seals it was changed, so that its
-- limits go on (`number_secret`, sealed). Until it is set, the first program that needs it makes it of the oldest key.
-- Locks: adds a column to a table with one row, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying it; a metadata lock for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_secret = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'live_pool' and column_name = 'number_secret') = 0,
  'alter table live_pool add column number_secret varchar(300) null',
  'do 0');
prepare add_secret from @add_secret;
execute add_secret;
deallocate prepare add_secret;
