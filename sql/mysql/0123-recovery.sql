-- Why: a session whose proxy refuses needs a person and is started again meanwhile, as is one session of a fault that many share
-- (`attention_retried`); an account leaves `connected` at the moment at which the lease of its session runs out, and not when an instance
-- writes that down (`left_at`); a login that the page itself gave up, because the phone had removed the device, says nothing about the
-- version that asked for it (`login_refused`); whether instances are short of room is known only when each says how many sessions it may run.
-- Locks: adds a last column to four tables, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows; a metadata lock
-- on each for a few milliseconds. Writes to the history continue meanwhile: its triggers stay unchanged.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
-- 1 while a session that needs attention is started again all the same
set @add_retried = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'sessions' and column_name = 'attention_retried') = 0,
  'alter table sessions add column attention_retried tinyint not null default 0',
  'do 0');
prepare add_retried from @add_retried;
execute add_retried;
deallocate prepare add_retried;

-- when the account left its status, where that was before the write that says so; null again after it
set @add_left = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'whatsapp_accounts' and column_name = 'left_at') = 0,
  'alter table whatsapp_accounts add column left_at bigint null',
  'do 0');
prepare add_left from @add_left;
execute add_left;
deallocate prepare add_left;

-- 1 when the page gave up its login before the library reported it as accepted
set @add_refused = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'session_starts' and column_name = 'login_refused') = 0,
  'alter table session_starts add column login_refused tinyint not null default 0',
  'do 0');
prepare add_refused from @add_refused;
execute add_refused;
deallocate prepare add_refused;

-- how many sessions it runs at most; null without a limit
set @add_most = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'instances' and column_name = 'max_sessions') = 0,
  'alter table instances add column max_sessions int null',
  'do 0');
prepare add_most from @add_most;
execute add_most;
deallocate prepare add_most;

-- After the trigger that sets the present time.
drop trigger if exists whatsapp_accounts_left;
create trigger whatsapp_accounts_left before update on whatsapp_accounts for each row follows whatsapp_accounts_transition
begin
  if new.status <> old.status and new.left_at is not null then
    set new.status_since = greatest(old.status_since, least(new.status_since, new.left_at));
  end if;
  set new.left_at = null;
end;
