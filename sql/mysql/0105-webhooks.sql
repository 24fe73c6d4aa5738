-- Why: which webhooks receive events, their deliveries, and those that failed.
-- Locks: creates empty tables and one trigger on account_history; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists webhooks (
  id varchar(36) not null primary key,
  workspace_id varchar(36) not null,
  url varchar(2000) not null,
  -- key of the HMAC: has to be readable, so every reader of this table can sign
  secret varchar(100) not null,
  created_at bigint not null,
  deleted_at bigint null,
  constraint webhooks_workspace foreign key (workspace_id) references workspaces (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- what has happened and was not yet turned into deliveries; written in the same transaction as what happened
create table if not exists webhook_outbox (
  id bigint not null auto_increment primary key,
  workspace_id varchar(36) not null,
  account_id varchar(36) not null,
  type varchar(32) not null,
  -- JSON
  detail mediumtext not null,
  at bigint not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists webhook_deliveries (
  id varchar(36) not null primary key,
  webhook_id varchar(36) not null,
  -- JSON, exactly as it is sent
  body mediumtext not null,
  -- pending, delivered, dead
  state varchar(16) not null,
  attempts int not null,
  next_attempt_at bigint not null,
  -- what the last attempt ended with
  last_result varchar(200) null,
  created_at bigint not null,
  constraint webhook_deliveries_webhook foreign key (webhook_id) references webhooks (id),
  key webhook_deliveries_due (state, next_attempt_at),
  key webhook_deliveries_by_state (webhook_id, state, created_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

drop trigger if exists account_history_to_outbox;
create trigger account_history_to_outbox after insert on account_history for each row
begin
  if exists (select 1 from webhooks where workspace_id = new.workspace_id and deleted_at is null) then
    insert into webhook_outbox (workspace_id, account_id, type, detail, at)
    values (new.workspace_id, new.account_id, 'account.status',
      json_object('from', new.from_status, 'to', new.to_status, 'cause', new.cause, 'library', new.library), new.at);
  end if;
end;
