-- Why: whether links fail on a version or on a WhatsApp Web build is asked as soon as a new build is out; the history knew the version
-- alone. `build` is what the page itself said (Debug.VERSION) in the start that goes on, or in the last one: null while it has said nothing.
-- Locks: adds a nullable column to three tables and replaces a trigger and a view, no row is copied; the whole file is locked for
-- writing for a few milliseconds.

alter table whatsapp_accounts add column build text;
alter table account_history add column build text;
alter table session_starts add column build text;

drop trigger whatsapp_accounts_history;
create trigger whatsapp_accounts_history after update of status on whatsapp_accounts when new.status <> old.status
begin
  update whatsapp_accounts set status_since = cast(unixepoch('subsec') * 1000 as integer) where id = new.id;
  insert into account_history
    (account_id, workspace_id, from_status, to_status, cause, library, build, instance_id, lease_token, duration_ms, at)
  values
    (new.id, new.workspace_id, old.status, new.status, new.status_cause, new.library, new.build, new.instance_id, new.lease_token,
     cast(unixepoch('subsec') * 1000 as integer) - old.status_since, cast(unixepoch('subsec') * 1000 as integer));
end;

drop view link_ends;
create view link_ends as
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
