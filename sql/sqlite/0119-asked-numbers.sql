-- Why: a scan with another phone than the requested one linked that phone. The requested number is kept apart from
-- the one that the account holds, which may change later when its phone does.
-- Locks: adds a nullable column, no row is copied; then writes the few rows of links that wait for their scan.

-- asked_phone: digits of the number that the link names; null without one, and once the phone has reported its own.
alter table whatsapp_accounts add column asked_phone text;

update whatsapp_accounts set asked_phone = phone where status = 'qr_scanning';
