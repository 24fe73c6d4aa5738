-- Why: what a library version takes for a lost login may be none; when that version is rolled back the account comes back.
-- Locks: adds one row; the whole file is locked for writing for a few milliseconds.

insert into account_transitions (from_status, to_status) values ('failed', 'disconnected');
