-- OLD, kept to show what it gets wrong: it looks for rows that violate the index. The index keeps such rows out, so the answer is always 0,
-- also in the hour in which every second link failed with `Duplicate entry`.
-- Written after the description of the incident; the original text is not public.

select count(*) as violations
from (
  select workspace_id, phone
  from whatsapp_accounts
  where phone is not null and status in ('qr_scanning', 'authenticated', 'connected', 'disconnected') and created_at > (julianday('now') - 2440587.5) * 86400000 - 3600000
  group by workspace_id, phone
  having count(*) > 1
) as duplicates;
