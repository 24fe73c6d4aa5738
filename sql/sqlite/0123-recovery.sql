-- Why: a session whose proxy refuses needs a person and is started again meanwhile, as is one session of a fault that many share
-- (`attention_retried`); an account leaves `connected` at the moment at which the lease of its session runs out, and not when an instance
-- writes that down (`left_at`); a login that the page itself gave up, because the phone had removed the device, says nothing about the
-- version that asked for it (`login_refused`); whether instances are short of room is known only when each says how many sessions it may run.
-- Locks: adds columns to four tables and replaces a trigger, no row is copied; the whole file is locked for writing for a few
-- milliseconds.

-- 1 while a session that needs attention is started again all the same
alter table sessions add column attention_retried integer not null default 0;

-- when the account left its status, where that was before the write that says so; null again after it
alter table whatsapp_accounts add column left_at integer;

-- 1 when the page gave up its login before the library reported it as accepted
alter table session_starts add column login_refused integer not null default 0;

-- how many sessions it runs at most; null without a limit
alter table instances add column max_sessions integer;

drop trigger whatsapp_accounts_history;
create trigger whatsapp_accounts_history after update of status on whatsapp_accounts when new.status <> old.status
begin
  update whatsapp_accounts set
    status_since = max(old.status_since, min(
      cast(unixepoch('subsec') * 1000 as integer),
      coalesce(new.left_at, cast(unixepoch('subsec') * 1000 as integer))
    )),
    left_at = null
  where id = new.id;
  insert into account_history
    (account_id, workspace_id, from_status, to_status, cause, library, build, instance_id, lease_token, duration_ms, at)
  select
    new.id, new.workspace_id, old.status, new.status, new.status_cause, new.library, new.build, new.instance_id, new.lease_token,
    status_since - old.status_since, status_since
  from whatsapp_accounts where id = new.id;
end;
