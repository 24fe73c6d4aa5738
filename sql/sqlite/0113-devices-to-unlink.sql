-- Why: an account can be logged out, deleted or superseded while nobody runs its session; somebody then has to start it once more
-- to unlink its device from the phone, and only after that its profile may go.
-- Locks: adds a column and an index to sessions; the whole file is locked for writing for a few milliseconds.

-- how many more times somebody tries that; 0 where there is no device to unlink
alter table sessions add column unlinks_left integer not null default 0;

create index sessions_to_unlink on sessions (unlinks_left, next_start_at);
