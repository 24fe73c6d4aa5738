-- Why: an instance sends calls on to the instance that runs the session. Instances of an older version have no address (null).
-- Locks: adds a nullable column, no row is copied; the whole file is locked for writing for a few milliseconds.

alter table instances add column address text;
