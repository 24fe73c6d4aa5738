-- Why: who may use the API, and the answers to writes that may be repeated.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table api_keys (
  id text not null primary key,
  name text not null,
  -- read, link, admin: each may do what the ones before it may
  scope text not null,
  -- SHA-256 of the secret, hexadecimal: the secret has 256 random bits, so nothing slower is needed
  secret_sha256 text not null,
  created_at integer not null,
  expires_at integer
) strict;

create table idempotency_keys (
  -- id of the API key, or `open` where none is needed
  caller text not null,
  idempotency_key text not null,
  -- SHA-256 of method, path and body
  request_sha256 text not null,
  -- null while the first request goes on
  status integer,
  body text,
  created_at integer not null,
  primary key (caller, idempotency_key)
) strict, without rowid;

create index idempotency_keys_by_age on idempotency_keys (created_at);
