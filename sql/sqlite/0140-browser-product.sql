-- Why: the profile of a live account is opened by the browser product that made it only, such as `Google Chrome`: another one destroys it. An
-- account that was linked before this column has the product that saves its profile next.
-- Locks: adds a column to a table with a row per live account; the whole file is locked for writing for a few milliseconds.

alter table live_accounts add column browser_product text;
