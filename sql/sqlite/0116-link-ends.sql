-- Why: the API, the exporter and people ask when and how a link ended. Each query had its own answer, and none saw a link
-- whose login was accepted and that never became ready.
-- Locks: none; creates a view.

-- One row for each account whose link has ended: the first entry of its history that says so. `failed` has its cause as code; an
-- account that was superseded, logged out or deleted before is `given_up`. What an instance or a rollout does to a session ends no link.
create view link_ends as
select
  entry.seq, entry.account_id, entry.workspace_id, entry.library, entry.at,
  case entry.to_status when 'connected' then 'ready' when 'inactive' then 'given_up' else 'failed' end as outcome,
  case when entry.to_status in ('failed', 'disconnected') then entry.cause else '' end as code
from account_history as entry
where entry.to_status in ('connected', 'failed', 'inactive', 'disconnected')
  and not (entry.to_status = 'disconnected' and entry.cause in ('instance-stopped', 'owner-lost', 'rollout', 'control'))
  and not exists (
    select 1 from account_history as earlier
    where earlier.account_id = entry.account_id and earlier.seq < entry.seq
      and earlier.to_status in ('connected', 'failed', 'inactive', 'disconnected')
      and not (earlier.to_status = 'disconnected' and earlier.cause in ('instance-stopped', 'owner-lost', 'rollout', 'control'))
  );
