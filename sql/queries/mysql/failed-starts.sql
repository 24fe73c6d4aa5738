-- Why did starts of sessions fail in the last hour, on which version and build?

select starts.code, starts.library, coalesce(starts.build, 'unknown') as build, count(*) as failed
from session_starts as starts
where starts.outcome = 'failed' and starts.ended_at > unix_timestamp(now(3)) * 1000 - 3600000
group by starts.code, starts.library, starts.build
order by failed desc;
