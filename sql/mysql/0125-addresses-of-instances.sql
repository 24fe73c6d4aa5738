-- Why: an instance sends calls on to the instance that runs the session. Instances of an older version have no address (null).
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock for a few
-- milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_address = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'address') = 0,
  'alter table instances add column address varchar(300) null',
  'do 0');
prepare add_address from @add_address;
execute add_address;
deallocate prepare add_address;
