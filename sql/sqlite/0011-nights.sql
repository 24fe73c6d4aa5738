-- Why: `nightly` goes on where it was cut off, and what did not fit goes first the next night.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.

create table nights (
  -- sorts by time
  id text not null primary key,
  -- the steps and how each ended, as src/contracts/nightly.ts has them
  record text not null,
  -- milliseconds of the budget; apart from the record, since it is written after every attempt
  spent_ms real not null default 0
) strict;
