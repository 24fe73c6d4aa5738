-- Who holds which number? The newest first: of two links of one number the second one was refused.

select workspace_id, id as account_id, phone, status, status_since, instance_id
from whatsapp_accounts
where status in ('qr_scanning', 'authenticated', 'connected', 'disconnected')
order by status_since desc
limit 20;
