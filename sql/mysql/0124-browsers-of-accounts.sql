-- Why: an account can have a proxy and further arguments of its browser. Credentials of a proxy are sealed. `browser_revision` grows with every
-- change, so that the instance that runs the session notices it.
-- Locks: adds last columns, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock on the table for a few
-- milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way. `browser_arguments` is JSON.
set @add_browser = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'whatsapp_accounts' and column_name = 'proxy') = 0,
  'alter table whatsapp_accounts add column proxy varchar(400) null, add column proxy_credentials varchar(1000) null,
    add column browser_arguments text null, add column browser_revision int not null default 0',
  'do 0');
prepare add_browser from @add_browser;
execute add_browser;
deallocate prepare add_browser;
