-- Why: a webhook that fails is reported at once, not when its first delivery is a dead letter after 17 hours: `failing_since` is the first
-- failed attempt since the last success. `last_attempt_at` of a delivery is shown with it. `request_id` and `traceparent` (W3C Trace Context)
-- lead from a session and from its deliveries to the request that asked for the link or for the last restoration: log lines and spans of other
-- instances carry them on. Instances of an older version write none of the columns.
-- Locks: adds nullable last columns, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock on each table
-- for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_columns = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'webhooks' and column_name = 'failing_since') = 0,
  'alter table webhooks add column failing_since bigint null',
  'do 0');
prepare add_columns from @add_columns;
execute add_columns;
deallocate prepare add_columns;

set @add_columns = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'webhook_deliveries' and column_name = 'last_attempt_at') = 0,
  'alter table webhook_deliveries add column last_attempt_at bigint null, add column request_id varchar(64) null, add column traceparent varchar(55) null',
  'do 0');
prepare add_columns from @add_columns;
execute add_columns;
deallocate prepare add_columns;

set @add_columns = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'request_id') = 0,
  'alter table sessions add column request_id varchar(64) null, add column traceparent varchar(55) null',
  'do 0');
prepare add_columns from @add_columns;
execute add_columns;
deallocate prepare add_columns;
