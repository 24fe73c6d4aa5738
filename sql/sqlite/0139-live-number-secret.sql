-- Why: the number of a live account is recognized after its account was removed and after the key that seals it was changed, so that its
-- limits go on. Until it is set, the first program that needs it makes it of the oldest key.
-- Locks: adds a column to a table with one row; the whole file is locked for writing for a few milliseconds.

-- sealed
alter table live_pool add column number_secret text;
