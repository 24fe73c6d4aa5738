-- How many of the links that were begun in the last hour succeeded, by library version?
-- Counted from the history: what an account went through, whatever its status is now. A link that was superseded or logged out
-- before it ended is neither a success nor a failure, and one that is still under way is not judged yet.

select
  links.library,
  count(*) as begun,
  sum(result = 'succeeded') as succeeded,
  sum(result = 'failed') as failed,
  sum(result = 'given_up') as given_up,
  sum(result = 'under_way') as under_way,
  round(100.0 * sum(result = 'succeeded') / nullif(sum(result in ('succeeded', 'failed')), 0), 1) as success_percent
from (
  select
    begun.library,
    case
      when exists (select 1 from account_history as h where h.account_id = begun.account_id and h.to_status = 'connected')
        then 'succeeded'
      when exists (select 1 from account_history as h where h.account_id = begun.account_id and h.to_status = 'failed')
        then 'failed'
      when exists (select 1 from account_history as h where h.account_id = begun.account_id and h.to_status = 'inactive')
        then 'given_up'
      else 'under_way'
    end as result
  from account_history as begun
  where begun.from_status = 'none' and begun.at > unixepoch('subsec') * 1000 - 3600000
) as links
group by links.library
order by links.library;
