-- Why: an API key can be limited to methods of the library. Existing keys are not (null).
-- Locks: adds a nullable column, no row is copied; the whole file is locked for writing for a few milliseconds.

alter table api_keys add column methods text;
