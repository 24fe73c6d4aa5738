-- Why: whether links fail on a version or on a WhatsApp Web build is asked as soon as a new build is out; the history knew the version
-- alone. `build` is what the page itself said (Debug.VERSION) in the start that goes on, or in the last one: null while it has said nothing.
-- Locks: adds a nullable last column to three tables, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a
-- metadata lock on each for a few milliseconds. Writes to the history continue meanwhile: its triggers stay unchanged.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_to_accounts = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'whatsapp_accounts' and column_name = 'build') = 0,
  'alter table whatsapp_accounts add column build varchar(64) null',
  'do 0');
prepare add_to_accounts from @add_to_accounts;
execute add_to_accounts;
deallocate prepare add_to_accounts;

set @add_to_history = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'account_history' and column_name = 'build') = 0,
  'alter table account_history add column build varchar(64) null',
  'do 0');
prepare add_to_history from @add_to_history;
execute add_to_history;
deallocate prepare add_to_history;

set @add_to_starts = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'session_starts' and column_name = 'build') = 0,
  'alter table session_starts add column build varchar(64) null',
  'do 0');
prepare add_to_starts from @add_to_starts;
execute add_to_starts;
deallocate prepare add_to_starts;

-- Beside the triggers that write the history: replacing one would leave a moment in which a change of status is not written down.
drop trigger if exists account_history_build;
create trigger account_history_build before insert on account_history for each row
  set new.build = (select build from whatsapp_accounts where id = new.account_id);

create or replace view link_ends as
select
  entry.seq, entry.account_id, entry.workspace_id, entry.library, entry.at,
  case entry.to_status when 'connected' then 'ready' when 'inactive' then 'given_up' else 'failed' end as outcome,
  case when entry.to_status in ('failed', 'disconnected') then entry.cause else '' end as code,
  entry.build
from account_history as entry
where entry.to_status in ('connected', 'failed', 'inactive', 'disconnected')
  and not (entry.to_status = 'disconnected' and entry.cause in ('instance-stopped', 'owner-lost', 'rollout', 'control'))
  and not exists (
    select 1 from account_history as earlier
    where earlier.account_id = entry.account_id and earlier.seq < entry.seq
      and earlier.to_status in ('connected', 'failed', 'inactive', 'disconnected')
      and not (earlier.to_status = 'disconnected' and earlier.cause in ('instance-stopped', 'owner-lost', 'rollout', 'control'))
  );
