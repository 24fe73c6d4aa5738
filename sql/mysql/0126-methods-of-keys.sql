-- Why: an API key can be limited to methods of the library. Existing keys are not (null).
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock for a few
-- milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_methods = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'api_keys' and column_name = 'methods') = 0,
  'alter table api_keys add column methods text null',
  'do 0');
prepare add_methods from @add_methods;
execute add_methods;
deallocate prepare add_methods;
