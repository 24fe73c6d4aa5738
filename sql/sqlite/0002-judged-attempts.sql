-- Why: a verdict reads a few columns of very many attempts, cell by cell in the order in which they ended. Without this index it
-- would have to pass over the whole records, some kilobytes each.
-- Locks: the file is locked for writing while the index is made, about a second per 200,000 attempts.

-- Milliseconds from the start of the browser to ready; null when it was not reached. Computed when an attempt is added, kept in
-- the index only.
alter table attempts add column ready_ms real generated always as (
  coalesce(phases ->> '$.launch', 0) + coalesce(phases ->> '$.page', 0) + coalesce(phases ->> '$.qr', 0)
  + coalesce(phases ->> '$.scan', 0) + coalesce(phases ->> '$.authenticated', 0) + (phases ->> '$.ready')
) virtual;

create index attempts_judged on attempts (
  library, target, flow, build, browser, "condition", seq,
  -- carried along, so that the table itself is not read
  started_at, outcome, phase, code, blame, ready_ms, id
);
