-- Why: a webhook that fails is reported at once, not when its first delivery is a dead letter after 17 hours: `failing_since` is the first
-- failed attempt since the last success. `last_attempt_at` of a delivery is shown with it. `request_id` and `traceparent` (W3C Trace Context)
-- lead from a session and from its deliveries to the request that asked for the link or for the last restoration: log lines and spans of other
-- instances carry them on. Instances of an older version write none of the columns.
-- Locks: the write lock of the file for a few milliseconds; no row is rewritten.

alter table webhooks add column failing_since integer;
alter table webhook_deliveries add column last_attempt_at integer;
alter table webhook_deliveries add column request_id text;
alter table webhook_deliveries add column traceparent text;
alter table sessions add column request_id text;
alter table sessions add column traceparent text;
