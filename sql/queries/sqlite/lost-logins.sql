-- Which accounts were connected once and lost their login in the last hour? Each needs a new link.

select entry.at, entry.workspace_id, entry.account_id, entry.cause, entry.library, entry.build, entry.instance_id
from account_history as entry
where entry.to_status = 'failed' and entry.at > (julianday('now') - 2440587.5) * 86400000 - 3600000
  and exists (
    select 1 from account_history as earlier
    where earlier.account_id = entry.account_id and earlier.seq < entry.seq and earlier.to_status = 'connected')
order by entry.seq desc;
