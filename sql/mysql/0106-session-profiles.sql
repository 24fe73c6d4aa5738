-- Why: where the saved profile of a session is in the shared store, and under which lease it was saved.
-- Locks: creates an empty table; a metadata lock on it for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists session_profiles (
  session_id varchar(36) not null primary key,
  -- a profile that was saved under a higher token is newer
  lease_token bigint not null,
  -- name in the store
  blob_name varchar(200) not null,
  -- of the archive before it was encrypted, hexadecimal
  sha256 char(64) not null,
  bytes bigint not null,
  saved_at bigint not null,
  constraint session_profiles_session foreign key (session_id) references sessions (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
