-- OLD, kept to show what it gets wrong: it asks the present status of rows. A session that went on to `connected` no longer counts as
-- a success, a superseded link counts as a failure, and so does one that is still being scanned.
-- Written after the description of the incident; the original text is not public.

select round(100.0 * sum(status = 'authenticated') / nullif(count(*), 0), 1) as success_percent
from whatsapp_accounts
where created_at > (julianday('now') - 2440587.5) * 86400000 - 3600000;
