-- Why: where the saved profile of a session is in the shared store, and under which lease it was saved.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table session_profiles (
  session_id text not null primary key references sessions (id),
  -- a profile that was saved under a higher token is newer
  lease_token integer not null,
  -- name in the store
  blob_name text not null,
  -- of the archive before it was encrypted, hexadecimal
  sha256 text not null,
  bytes integer not null,
  saved_at integer not null
) strict;
