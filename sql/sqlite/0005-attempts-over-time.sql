-- Why: plots over time read a few columns of all attempts of a month, bucket by bucket. Without this index they would have to pass over
-- the whole records, some kilobytes each. It begins with started_at, so the index that held only that is not needed any more.
-- Locks: the file is locked for writing while the index is made, about a second per 100,000 attempts.

create index attempts_over_time on attempts (
  started_at,
  -- carried along, so that the table itself is not read
  outcome, code, library, build, browser, flow, "condition", target, phases
);
drop index attempts_by_start;
