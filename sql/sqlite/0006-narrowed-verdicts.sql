-- Why: a verdict on a part of the cells, as of `gate --build`, is not the one on the candidate, and must not be shown as it.
-- Locks: the file is locked for writing for a few milliseconds; the column is added without touching the rows.

alter table verdicts add column narrowed integer not null default 0;
