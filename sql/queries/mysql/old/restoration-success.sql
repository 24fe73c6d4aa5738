-- OLD, kept to show what it gets wrong: it counts every account that is connected now as restored. Sessions that never restarted count as successes, a
-- session that came back at the fifth try counts once, and one that was lost for good (`failed`) does not count at all.
-- Written after the description of the incident; the original text is not public.

select round(100.0 * sum(status = 'connected') / nullif(count(*), 0), 1) as success_percent
from whatsapp_accounts
where status in ('connected', 'disconnected');
