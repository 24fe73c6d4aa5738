-- How many restorations that ended in the last hour succeeded, by library version, and how many sessions are not back?
-- A restoration is a start of a session whose login was accepted before. A graceful stop, or a start whose instance died (abandoned),
-- says nothing about the version and does not count; the session is not back until a later start is ready.

select
  restorations.library,
  count(*) as restorations,
  sum(outcome = 'ready') as succeeded,
  sum(outcome = 'failed') as failed,
  sum(outcome = 'stopped') as stopped,
  sum(outcome = 'abandoned') as abandoned,
  round(100.0 * sum(outcome = 'ready') / nullif(sum(outcome in ('ready', 'failed')), 0), 1) as success_percent,
  count(distinct session_id) as sessions,
  count(distinct case when outcome in ('failed', 'abandoned') and is_newest then session_id end) as sessions_not_back
from (
  select
    starts.*,
    not exists (select 1 from session_starts as later where later.session_id = starts.session_id and later.id > starts.id)
      as is_newest
  from session_starts as starts
  inner join sessions on sessions.id = starts.session_id
  where starts.ended_at > unix_timestamp(now(3)) * 1000 - 3600000
    and starts.outcome is not null
    and exists (
      select 1 from account_history as h
      where h.account_id = sessions.account_id and h.to_status = 'authenticated' and h.at < starts.started_at
    )
) as restorations
group by restorations.library
order by restorations.library;
