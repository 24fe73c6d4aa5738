-- Why: whoever scanned with another phone than was asked for was linked all the same. The number that was asked for is kept apart from
-- the one that the account holds, which may change later when its phone does.
-- Locks: adds a nullable column, no row is copied; then writes the few rows of links that wait for their scan.

-- asked_phone: digits that somebody named for the link; null where nobody did, and once the phone has told its own.
alter table whatsapp_accounts add column asked_phone text;

update whatsapp_accounts set asked_phone = phone where status = 'qr_scanning';
