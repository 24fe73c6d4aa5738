-- Why: a webhook can subscribe to events by name. Existing webhooks get what they have always got (null).
-- Locks: adds a nullable column, no row is copied; the whole file is locked for writing for a few milliseconds.

-- JSON: a list of names
alter table webhooks add column events text;
