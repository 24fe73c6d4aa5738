-- How many of the links that were begun in the last hour succeeded, by library version?
-- Counted from the history: how the link ended first, whatever the account's status is now. One that was superseded or logged out
-- before it ended is neither a success nor a failure, and one that is still under way is not judged yet.

select
  begun.library,
  count(*) as begun,
  sum(link_ends.outcome is not null and link_ends.outcome = 'ready') as succeeded,
  sum(link_ends.outcome is not null and link_ends.outcome = 'failed') as failed,
  sum(link_ends.outcome is not null and link_ends.outcome = 'given_up') as given_up,
  sum(link_ends.outcome is null) as under_way,
  round(100.0 * sum(link_ends.outcome = 'ready') / nullif(sum(link_ends.outcome in ('ready', 'failed')), 0), 1) as success_percent
from account_history as begun
left join link_ends on link_ends.account_id = begun.account_id
where begun.from_status = 'none' and begun.at > unixepoch('subsec') * 1000 - 3600000
group by begun.library
order by begun.library;
