-- Why: a webhook can subscribe to events by name. Existing webhooks get what they have always got (null).
-- Locks: adds a nullable last column, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock for a few
-- milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way. `events` is JSON: a list of names.
set @add_events = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'webhooks' and column_name = 'events') = 0,
  'alter table webhooks add column events text null',
  'do 0');
prepare add_events from @add_events;
execute add_events;
deallocate prepare add_events;
