-- Why: workspaces, their WhatsApp accounts and the history of both. The rules live here, where no code can go around them:
-- which status may follow which, one active account per workspace and phone number, a history that only grows.
-- Locks: creates empty tables and their triggers; a metadata lock on each for a few milliseconds. With binary logging on, MySQL
-- asks a user who creates triggers for SUPER, or for log_bin_trust_function_creators = 1 on the server.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists workspaces (
  id varchar(36) not null primary key,
  name varchar(200) not null,
  created_at bigint not null
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists account_transitions (
  from_status varchar(16) not null,
  to_status varchar(16) not null,
  primary key (from_status, to_status)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- `none` is before the first row; what is not listed cannot happen
insert ignore into account_transitions (from_status, to_status) values
  ('none', 'qr_scanning'),
  ('qr_scanning', 'authenticated'), ('qr_scanning', 'failed'), ('qr_scanning', 'inactive'),
  ('authenticated', 'connected'), ('authenticated', 'disconnected'), ('authenticated', 'failed'), ('authenticated', 'inactive'),
  ('connected', 'disconnected'), ('connected', 'failed'), ('connected', 'inactive'),
  ('disconnected', 'authenticated'), ('disconnected', 'failed'), ('disconnected', 'inactive'),
  ('failed', 'inactive');

create table if not exists whatsapp_accounts (
  id varchar(36) not null primary key,
  workspace_id varchar(36) not null,
  session_id varchar(36) not null unique,
  -- digits of the international number; null until it is known, and after the account was deleted
  phone varchar(15) null,
  status varchar(16) not null,
  -- why the status is what it is: a code of docs/service.md
  status_cause varchar(64) not null,
  status_since bigint not null,
  -- the version that hosts the session, and the requested one, if any
  `library` varchar(64) not null,
  library_pin varchar(64) null,
  -- who made the last change, under which fencing token
  instance_id varchar(64) not null,
  lease_token bigint not null,
  created_at bigint not null,
  deleted_at bigint null,
  -- the number while the account holds it; rows that do not hold it are null here, and nulls never collide
  active_phone varchar(15) as (
    case when status in ('qr_scanning', 'authenticated', 'connected', 'disconnected') then phone end
  ) virtual,
  constraint whatsapp_accounts_workspace foreign key (workspace_id) references workspaces (id),
  unique key unique_active_phone_workspace (workspace_id, active_phone),
  key whatsapp_accounts_by_status (status, workspace_id),
  key whatsapp_accounts_of_workspace (workspace_id, deleted_at, id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists account_history (
  seq bigint not null auto_increment primary key,
  account_id varchar(36) not null,
  workspace_id varchar(36) not null,
  from_status varchar(16) not null,
  to_status varchar(16) not null,
  cause varchar(64) not null,
  `library` varchar(64) not null,
  instance_id varchar(64) not null,
  lease_token bigint not null,
  -- how long the account had been in from_status
  duration_ms bigint not null,
  at bigint not null,
  constraint account_history_account foreign key (account_id) references whatsapp_accounts (id),
  key account_history_by_time (at, to_status)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

drop trigger if exists whatsapp_accounts_first_status;
create trigger whatsapp_accounts_first_status before insert on whatsapp_accounts for each row
begin
  if not exists (select 1 from account_transitions where from_status = 'none' and to_status = new.status) then
    signal sqlstate '45000' set message_text = 'illegal first status of an account';
  end if;
  set new.status_since = cast(unix_timestamp(now(3)) * 1000 as signed);
end;

drop trigger if exists whatsapp_accounts_birth;
create trigger whatsapp_accounts_birth after insert on whatsapp_accounts for each row
  insert into account_history
    (account_id, workspace_id, from_status, to_status, cause, `library`, instance_id, lease_token, duration_ms, at)
  values
    (new.id, new.workspace_id, 'none', new.status, new.status_cause, new.library, new.instance_id, new.lease_token, 0, new.status_since);

drop trigger if exists whatsapp_accounts_transition;
create trigger whatsapp_accounts_transition before update on whatsapp_accounts for each row
begin
  if new.lease_token < old.lease_token then
    signal sqlstate '45000' set message_text = 'stale lease of an account';
  end if;
  if new.id <> old.id or new.workspace_id <> old.workspace_id or new.session_id <> old.session_id then
    signal sqlstate '45000' set message_text = 'the ids of an account never change';
  end if;
  if new.status <> old.status then
    if not exists (select 1 from account_transitions where from_status = old.status and to_status = new.status) then
      signal sqlstate '45000' set message_text = 'illegal transition of an account';
    end if;
    set new.status_since = cast(unix_timestamp(now(3)) * 1000 as signed);
  end if;
end;

drop trigger if exists whatsapp_accounts_history;
create trigger whatsapp_accounts_history after update on whatsapp_accounts for each row
begin
  if new.status <> old.status then
    insert into account_history
      (account_id, workspace_id, from_status, to_status, cause, `library`, instance_id, lease_token, duration_ms, at)
    values
      (new.id, new.workspace_id, old.status, new.status, new.status_cause, new.library, new.instance_id, new.lease_token,
       new.status_since - old.status_since, new.status_since);
  end if;
end;

drop trigger if exists account_history_no_update;
create trigger account_history_no_update before update on account_history for each row
  signal sqlstate '45000' set message_text = 'the history of accounts only grows';

drop trigger if exists account_history_no_delete;
create trigger account_history_no_delete before delete on account_history for each row
  signal sqlstate '45000' set message_text = 'the history of accounts only grows';
