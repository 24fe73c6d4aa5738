-- Why: which webhooks receive events, their deliveries, and those that failed.
-- Locks: creates empty tables and one trigger; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table webhooks (
  id text not null primary key,
  workspace_id text not null references workspaces (id),
  url text not null,
  -- key of the HMAC: has to be readable, so every reader of this table can sign
  secret text not null,
  created_at integer not null,
  deleted_at integer
) strict;

create index webhooks_of_workspace on webhooks (workspace_id);

-- what has happened and was not yet turned into deliveries; written in the same transaction as what happened
create table webhook_outbox (
  id integer primary key autoincrement,
  workspace_id text not null,
  account_id text not null,
  type text not null,
  -- JSON
  detail text not null,
  at integer not null
) strict;

create table webhook_deliveries (
  id text not null primary key,
  webhook_id text not null references webhooks (id),
  -- JSON, exactly as it is sent
  body text not null,
  -- pending, delivered, dead
  state text not null,
  attempts integer not null,
  next_attempt_at integer not null,
  -- what the last attempt ended with
  last_result text,
  created_at integer not null
) strict;

create index webhook_deliveries_due on webhook_deliveries (state, next_attempt_at);
create index webhook_deliveries_by_state on webhook_deliveries (webhook_id, state, created_at);

create trigger account_history_to_outbox after insert on account_history
when exists (select 1 from webhooks where workspace_id = new.workspace_id and deleted_at is null)
begin
  insert into webhook_outbox (workspace_id, account_id, type, detail, at)
  values (new.workspace_id, new.account_id, 'account.status',
    json_object('from', new.from_status, 'to', new.to_status, 'cause', new.cause, 'library', new.library), new.at);
end;
