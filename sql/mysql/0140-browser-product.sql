-- Why: the profile of a live account is opened by the browser product that made it only, such as `Google Chrome`: another one destroys it. An
-- account that was linked before this column has the product that saves its profile next.
-- Locks: adds a column to a table with a row per live account, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying it; a metadata lock for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_product = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'live_accounts' and column_name = 'browser_product') = 0,
  'alter table live_accounts add column browser_product varchar(100) null',
  'do 0');
prepare add_product from @add_product;
execute add_product;
deallocate prepare add_product;
