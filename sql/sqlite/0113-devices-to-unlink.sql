-- Why: an account can be logged out, deleted or superseded while no instance runs its session. An instance then starts it once more
-- to unlink its device from the phone; only after that its profile may be removed.
-- Locks: adds a column and an index to sessions; the whole file is locked for writing for a few milliseconds.

-- how many more tries are left; 0 without a device to unlink
alter table sessions add column unlinks_left integer not null default 0;

create index sessions_to_unlink on sessions (unlinks_left, next_start_at);
