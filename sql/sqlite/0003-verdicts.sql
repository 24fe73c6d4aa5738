-- Why: verdicts are shown over time, and an alert watches them: a candidate that stays undecided needs a person.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.

create table verdicts (
  id integer primary key autoincrement,
  at text not null,
  baseline text not null,
  candidate text not null,
  verdict text not null,
  rule text not null,
  -- JSON: the whole verdict
  record text not null
) strict;

create index verdicts_of_pair on verdicts (baseline, candidate, id);
