-- Why: a verdict looks at the attempts that did not pass one by one. They are few, and lie scattered in the index of all.
-- Locks: the file is locked for writing while the index is made, less than a second per million attempts.

create index attempts_not_passed on attempts (
  library, target, flow, build, browser, "condition", seq,
  -- carried along, so that the table itself is not read
  started_at, outcome, phase, code, blame, ready_ms, id
) where outcome <> 'passed';
