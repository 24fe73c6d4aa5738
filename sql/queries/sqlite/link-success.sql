-- How many of the links that were begun in the last hour succeeded, by library version and WhatsApp Web build?
-- Counted from the history: how the link ended first, whatever the account's status is now. One that was superseded or logged out
-- before it ended is neither a success nor a failure, and one that is still under way is not judged yet. The build is what the page had
-- said when the link ended, or has said so far; `unknown` where it said none, also for links from before builds were kept.

select
  begun.library,
  coalesce(case when link_ends.seq is null then accounts.build else link_ends.build end, 'unknown') as build,
  count(*) as begun,
  sum(link_ends.outcome is not null and link_ends.outcome = 'ready') as succeeded,
  sum(link_ends.outcome is not null and link_ends.outcome = 'failed') as failed,
  sum(link_ends.outcome is not null and link_ends.outcome = 'given_up') as given_up,
  sum(link_ends.outcome is null) as under_way,
  round(100.0 * sum(link_ends.outcome = 'ready') / nullif(sum(link_ends.outcome in ('ready', 'failed')), 0), 1) as success_percent
from account_history as begun
inner join whatsapp_accounts as accounts on accounts.id = begun.account_id
left join link_ends on link_ends.account_id = begun.account_id
where begun.from_status = 'none' and begun.at > (julianday('now') - 2440587.5) * 86400000 - 3600000
group by 1, 2
order by 1, 2;
