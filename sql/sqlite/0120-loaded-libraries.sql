-- Why: a rollout must not be decided by sessions that ran another library than the one they were started with. `loaded` is the version
-- whose code was in memory, where it was another one than `library`.
-- Locks: adds a nullable column, no row is copied; the whole file is locked for writing for a few milliseconds.

alter table session_starts add column loaded text;
