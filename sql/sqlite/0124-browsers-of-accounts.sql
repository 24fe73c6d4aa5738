-- Why: an account can have a proxy and further arguments of its browser. Credentials of a proxy are sealed. `browser_revision` grows with every
-- change, so that the instance that runs the session notices it.
-- Locks: adds columns, no row is copied; the whole file is locked for writing for a few milliseconds.

alter table whatsapp_accounts add column proxy text;
alter table whatsapp_accounts add column proxy_credentials text;
-- JSON
alter table whatsapp_accounts add column browser_arguments text;
alter table whatsapp_accounts add column browser_revision integer not null default 0;
