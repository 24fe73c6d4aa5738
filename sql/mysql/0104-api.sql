-- Why: who may use the API, and the answers to writes that may be repeated.
-- Locks: creates empty tables; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists api_keys (
  id varchar(16) not null primary key,
  name varchar(200) not null,
  -- read, link, admin: each may do what the ones before it may
  scope varchar(16) not null,
  -- SHA-256 of the secret, hexadecimal: the secret has 256 random bits, so nothing slower is needed
  secret_sha256 char(64) not null,
  created_at bigint not null,
  expires_at bigint null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists idempotency_keys (
  -- id of the API key, or `open` where none is needed
  caller varchar(16) not null,
  idempotency_key varchar(200) not null,
  -- SHA-256 of method, path and body
  request_sha256 char(64) not null,
  -- null while the first request goes on
  status int null,
  body mediumtext null,
  created_at bigint not null,
  primary key (caller, idempotency_key),
  key idempotency_keys_by_age (created_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
